//! Tests of the hash by the vectors of .NET (`System/MarvinTests.cs` of CoreFX).

use super::marvin32::marvin32;

#[test]
fn marvin32_hashes_as_that_of_dotnet_does() {
    let counting: Vec<u8> = (0..=255).collect();
    for (seed, bytes, hash) in [
        (0x004f_b61a_001b_dbcc, &[][..], 0x30ed_35c1_00cd_3c7d),
        (0x004f_b61a_001b_dbcc, &[0xaf], 0x48e7_3fc7_7d75_ddc1),
        (0x004f_b61a_001b_dbcc, &[0xe7, 0x0f], 0xb5f6_e1fc_485d_bff8),
        (0x004f_b61a_001b_dbcc, &[0x37, 0xf4, 0x95], 0xf0b0_7c78_9b8c_f7e8),
        (0x004f_b61a_001b_dbcc, &[0x86, 0x42, 0xdc, 0x59], 0x7008_f2e8_7e9c_f556),
        (0x004f_b61a_001b_dbcc, &[0x15, 0x3f, 0xb7, 0x98, 0x26], 0xe6c0_8c6d_a2af_a997),
        (0x004f_b61a_001b_dbcc, &[0x09, 0x32, 0xe6, 0x24, 0x6c, 0x47], 0x6f04_bf1a_5ea2_4060),
        (0x804f_b61a_001b_dbcc, &[0xaf], 0x6820_1f91_960e_bf91),
        (0x804f_b61a_801b_dbcc, &[0xff], 0xfece_f370_701a_e054),
        (0x804f_b61a_801b_dbcc, &[0, 0xff, 0, 0xff, 0, 0xff, 0], 0x7187_6f2e_fb1b_0ee8),
        (0x004f_b61a_001b_dbcc, counting.as_slice(), 0x7dfc_ab33_fcea_d72c),
    ] {
        assert_eq!(marvin32(seed, bytes), hash, "{bytes:02x?}");
    }
}
