using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

// Usage: Unmark FROM TO. The bit AggressiveOptimization of every method is cleared in place; nothing else changes, the assembly's identity (MVID) included.
const int ImplFlagsOffset = 4; // ECMA-335 II.22.26: RVA (4 bytes), ImplFlags (2 bytes), …
const ushort AggressiveOptimization = 0x0200;

byte[] image = File.ReadAllBytes(args[0]);
using (var reader = new PEReader(new MemoryStream(image)))
{
    MetadataReader metadata = reader.GetMetadataReader();
    int table = reader.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.MethodDef);
    for (int i = 0; i < metadata.GetTableRowCount(TableIndex.MethodDef); i++)
    {
        Span<byte> flags = image.AsSpan(table + (i * metadata.GetTableRowSize(TableIndex.MethodDef)) + ImplFlagsOffset, sizeof(ushort));
        BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) & ~AggressiveOptimization));
    }
}

File.WriteAllBytes(args[1], image);
