using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Inference.OnnxRuntime.Native;

/// <summary>Reads for which processor a native library was built: the system's own message on a mismatch says only that the file cannot be opened.</summary>
internal static class NativeImage
{
    /// <summary>The processor that an ELF, PE or Mach-O file was built for; null where it is of another kind, or of another processor.</summary>
    public static Architecture? ArchitectureOf(string path)
    {
        Span<byte> head = stackalloc byte[4096];
        using FileStream file = File.OpenRead(path);
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        return head.Length < 64 ? null
            : head.StartsWith("\x7FELF"u8) ? Elf(BinaryPrimitives.ReadUInt16LittleEndian(head[18..]))
            : head.StartsWith("MZ"u8) ? Pe(head)
            : BinaryPrimitives.ReadUInt32LittleEndian(head) == 0xFEEDFACF ? MachO(BinaryPrimitives.ReadUInt32LittleEndian(head[4..]))
            : null;
    }

    private static Architecture? Elf(ushort machine) => machine switch
    {
        3 => Architecture.X86,
        40 => Architecture.Arm,
        62 => Architecture.X64,
        183 => Architecture.Arm64,
        _ => null,
    };

    private static Architecture? Pe(ReadOnlySpan<byte> head)
    {
        int header = BinaryPrimitives.ReadInt32LittleEndian(head[60..]);
        return header < 0 || header + 6 > head.Length ? null : BinaryPrimitives.ReadUInt16LittleEndian(head[(header + 4)..]) switch
        {
            0x14C => Architecture.X86,
            0x1C4 => Architecture.Arm,
            0x8664 => Architecture.X64,
            0xAA64 => Architecture.Arm64,
            _ => null,
        };
    }

    private static Architecture? MachO(uint processor) => processor switch
    {
        0x01000007 => Architecture.X64,
        0x0100000C => Architecture.Arm64,
        _ => null,
    };
}
