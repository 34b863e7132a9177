using System.Buffers.Binary;

namespace Inference.Optimization.Data;

/// <summary>The checksum of zip archives: CRC-32 with the polynomial 0xEDB88320, eight bytes a step. Source: ISO/IEC/IEEE 8802-3; PKWARE APPNOTE 4.4.7.</summary>
internal struct Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;
    private static readonly uint[] s_tables = MakeTables();
    private uint _inverse;

    /// <summary>The checksum of the bytes appended so far.</summary>
    public readonly uint Value => _inverse;

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> t = s_tables;
        uint crc = ~_inverse;
        while (bytes.Length >= Slices)
        {
            // Each table is the first one carried over one more byte of zeros, so the eight bytes are looked up side by side.
            uint low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[0x700 + (int)(low & 0xFF)] ^ t[0x600 + (int)((low >> 8) & 0xFF)] ^ t[0x500 + (int)((low >> 16) & 0xFF)] ^ t[0x400 + (int)(low >> 24)]
                ^ t[0x300 + (int)(high & 0xFF)] ^ t[0x200 + (int)((high >> 8) & 0xFF)] ^ t[0x100 + (int)((high >> 16) & 0xFF)] ^ t[(int)(high >> 24)];
            bytes = bytes[Slices..];
        }

        foreach (byte value in bytes)
        {
            crc = t[(int)((crc ^ value) & 0xFF)] ^ (crc >> 8);
        }

        _inverse = ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[Slices * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            }

            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint before = tables[i - 256];
            tables[i] = tables[(int)(before & 0xFF)] ^ (before >> 8);
        }

        return tables;
    }
}
