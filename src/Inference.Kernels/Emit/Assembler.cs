using System.Buffers.Binary;

namespace Inference.Kernels.Emit;

/// <summary>
/// Encodes the few x64 instructions that emitted tiles use. Memory operands are always base + index + 32-bit displacement
/// with a SIB byte: longer than need be, but one form. Source: Intel SDM volume 2, EVEX and REX encodings.
/// </summary>
internal sealed class Assembler
{
    private byte[] _code = new byte[4096];

    public int Position { get; private set; }

    /// <summary>Width of the vectors that instructions work on: 0 for 128 bits, 1 for 256, 2 for 512.</summary>
    public int VectorLength { get; set; } = 2;

    public ReadOnlySpan<byte> Code => _code.AsSpan(0, Position);

    /// <summary>zmm ← zmm + Σ u8·s8 of groups of four: vpdpbusd destination, unsigned, signed.</summary>
    public void VpDpBusd(int destination, int unsigned, int signed) => EvexRegisters(map: 2, prefix: 1, 0x50, destination, unsigned, signed);

    /// <summary>zmm ← zmm + Σ u8·s8 of groups of four: the signed bytes at [base + displacement].</summary>
    public void VpDpBusd(int destination, int unsigned, Gpr @base, int displacement) =>
        EvexMemory(map: 2, prefix: 1, 0x50, destination, @base, null, displacement, unsigned);

    /// <summary>zmm ← zmm + Σ bf16·bf16 of pairs, in f32: vdpbf16ps destination, first, second.</summary>
    public void VpDpBf16(int destination, int first, int second) => EvexRegisters(map: 2, prefix: 2, 0x52, destination, first, second);

    /// <summary>zmm ← zmm + Σ bf16·bf16 of pairs, in f32: the second operand at [base + displacement].</summary>
    public void VpDpBf16(int destination, int first, Gpr @base, int displacement) =>
        EvexMemory(map: 2, prefix: 2, 0x52, destination, @base, null, displacement, first);

    /// <summary>zmm ← 32 bf16: 16 from the f32 at [base + displacement], then 16 from a register; vcvtne2ps2bf16.</summary>
    public void NarrowToBf16(int destination, int high, Gpr @base, int displacement) =>
        EvexMemory(map: 2, prefix: 3, 0x72, destination, @base, null, displacement, high);

    /// <summary>destination ← first + second, f32.</summary>
    public void AddPs(int destination, int first, int second) => EvexRegisters(map: 1, prefix: 0, 0x58, destination, first, second);

    /// <summary>destination ← first &gt; second ? first : second, f32: the second where one is NaN.</summary>
    public void MaxPs(int destination, int first, int second) => EvexRegisters(map: 1, prefix: 0, 0x5F, destination, first, second);

    /// <summary>destination ← first &lt; second ? first : second, f32: the second where one is NaN.</summary>
    public void MinPs(int destination, int first, int second) => EvexRegisters(map: 1, prefix: 0, 0x5D, destination, first, second);

    /// <summary>Interleaves the low or high bytes (or words) of each 128-bit lane of two vectors.</summary>
    public void Unpack(int destination, int first, int second, bool high, bool words) =>
        EvexRegisters(map: 1, prefix: 1, (byte)(0x60 | (high ? 8 : 0) | (words ? 1 : 0)), destination, first, second);

    /// <summary>destination ← first xor second.</summary>
    public void Xor(int destination, int first, int second) => EvexRegisters(map: 1, prefix: 1, 0xEF, destination, first, second);

    /// <summary>Copies of the 32 bits at [base + displacement].</summary>
    public void BroadcastD(int destination, Gpr @base, int displacement) =>
        EvexMemory(map: 2, prefix: 1, 0x58, destination, @base, null, displacement);

    /// <summary>zmm ← 64 bytes at [base + index].</summary>
    public void LoadZmm(int destination, Gpr @base, Gpr index) =>
        EvexMemory(map: 1, prefix: 2, 0x6F, destination, @base, index, 0);

    /// <summary>zmm ← 16 copies of the 32 bits at [base + index + displacement].</summary>
    public void BroadcastD(int destination, Gpr @base, Gpr index, int displacement) =>
        EvexMemory(map: 2, prefix: 1, 0x58, destination, @base, index, displacement);

    /// <summary>zmm ← 64 bytes at [base + displacement].</summary>
    public void LoadZmm(int destination, Gpr @base, int displacement) =>
        EvexMemory(map: 1, prefix: 2, 0x6F, destination, @base, null, displacement);

    /// <summary>64 bytes at [base + displacement] ← zmm.</summary>
    public void StoreZmm(int source, Gpr @base, int displacement) =>
        EvexMemory(map: 1, prefix: 2, 0x7F, source, @base, null, displacement);

    /// <summary>r ← [base + displacement], 64 bits.</summary>
    public void Load(Gpr destination, Gpr @base, int displacement) => RexMemory(0x8B, destination, @base, displacement);

    /// <summary>[base + displacement] ← r, 64 bits.</summary>
    public void Store(Gpr source, Gpr @base, int displacement) => RexMemory(0x89, source, @base, displacement);

    /// <summary>r ← r + [base + displacement].</summary>
    public void Add(Gpr destination, Gpr @base, int displacement) => RexMemory(0x03, destination, @base, displacement);

    /// <summary>Compares r with [base + displacement].</summary>
    public void Compare(Gpr left, Gpr @base, int displacement) => RexMemory(0x3B, left, @base, displacement);

    /// <summary>r ← r + constant.</summary>
    public void Add(Gpr register, int value) => RexImmediate(0, register, value);

    /// <summary>destination ← destination + source.</summary>
    public void Add(Gpr destination, Gpr source) => RexRegisters(0x01, source, destination);

    /// <summary>r ← r · 2^count.</summary>
    public void ShiftLeft(Gpr register, int count) =>
        Bytes((byte)(0x48 | ((int)register >> 3)), 0xC1, (byte)(0xE0 | ((int)register & 7)), (byte)count);

    /// <summary>Compares r with 0.</summary>
    public void Test(Gpr register) => RexRegisters(0x85, register, register);

    /// <summary>Compares the byte at [base + displacement] with 0.</summary>
    public void TestByte(Gpr @base, int displacement)
    {
        Bytes((byte)(0x40 | ((int)@base >> 3)), 0x80, 0xBC, (byte)(0x20 | ((int)@base & 7)));
        Int32(displacement);
        Bytes(0);
    }

    /// <summary>Asks for the line at [r] to be brought into the second-level cache: prefetcht1.</summary>
    public void Prefetch(Gpr at)
    {
        Bytes((byte)(0x40 | ((int)at >> 3)), 0x0F, 0x18, 0x94, (byte)(0x20 | ((int)at & 7)));
        Int32(0);
    }

    /// <summary>r ← r − constant.</summary>
    public void Subtract(Gpr register, int value) => RexImmediate(5, register, value);

    /// <summary>r ← 0.</summary>
    public void Clear(Gpr register)
    {
        byte r = (byte)register;
        Bytes((byte)(0x48 | (r >> 3 << 2) | (r >> 3)), 0x31, (byte)(0xC0 | ((r & 7) << 3) | (r & 7)));
    }

    /// <summary>Compares two registers.</summary>
    public void Compare(Gpr left, Gpr right) => RexRegisters(0x39, right, left);

    /// <summary>destination ← source.</summary>
    public void Move(Gpr destination, Gpr source) => RexRegisters(0x89, source, destination);

    public void Push(Gpr register)
    {
        if ((int)register > 7)
        {
            Bytes(0x41);
        }

        Bytes((byte)(0x50 | ((int)register & 7)));
    }

    public void Pop(Gpr register)
    {
        if ((int)register > 7)
        {
            Bytes(0x41);
        }

        Bytes((byte)(0x58 | ((int)register & 7)));
    }

    /// <summary>[rsp + displacement] ← low 128 bits of the vector register, or back.</summary>
    public void SpillXmm(int register, int displacement, bool store)
    {
        // movups with REX.R for xmm8–15.
        if (register > 7)
        {
            Bytes(0x44);
        }

        Bytes(0x0F, (byte)(store ? 0x11 : 0x10), (byte)(0x84 | ((register & 7) << 3)), 0x24);
        Int32(displacement);
    }

    /// <summary>Jump if less; returns the place to pass to <see cref="Patch"/>.</summary>
    public int JumpIfLess() => Jump(0x8C);

    /// <summary>Jump if equal, or zero.</summary>
    public int JumpIfEqual() => Jump(0x84);

    /// <summary>Jump if greater or equal.</summary>
    public int JumpIfNotLess() => Jump(0x8D);

    /// <summary>Jump if greater.</summary>
    public int JumpIfGreater() => Jump(0x8F);

    /// <summary>Points the jump that ends at <paramref name="jump"/> to <paramref name="target"/>.</summary>
    public void Patch(int jump, int target) => BinaryPrimitives.WriteInt32LittleEndian(_code.AsSpan(jump - 4), target - jump);

    /// <summary>vzeroupper.</summary>
    public void ZeroUpper() => Bytes(0xC5, 0xF8, 0x77);

    public void Return() => Bytes(0xC3);

    public void AlignTo(int boundary)
    {
        while (Position % boundary != 0)
        {
            Bytes(0x90);
        }
    }

    private int Jump(byte condition)
    {
        Bytes(0x0F, condition);
        Int32(0);
        return Position;
    }

    private void EvexRegisters(int map, int prefix, byte opcode, int register, int second, int third)
    {
        Evex(map, prefix, register, second, third >> 3 & 1, third >> 4 & 1);
        Bytes(opcode, (byte)(0xC0 | ((register & 7) << 3) | (third & 7)));
    }

    private void EvexMemory(int map, int prefix, byte opcode, int register, Gpr @base, Gpr? index, int displacement, int second = 0)
    {
        int i = index is null ? 4 : (int)index;
        Evex(map, prefix, register, second, (int)@base >> 3 & 1, i >> 3 & 1);
        // mod 2 (32-bit displacement), r/m 4 (SIB); an index of 4 without extension means none.
        Bytes(opcode, (byte)(0x84 | ((register & 7) << 3)), (byte)(((i & 7) << 3) | ((int)@base & 7)));
        Int32(displacement);
    }

    // W = 0, no mask. The register extension bits are stored inverted.
    private void Evex(int map, int prefix, int register, int second, int bitB, int bitX) => Bytes(
        0x62,
        (byte)((~register >> 3 & 1) << 7 | (~bitX & 1) << 6 | (~bitB & 1) << 5 | (~register >> 4 & 1) << 4 | map),
        (byte)((~second & 15) << 3 | 4 | prefix),
        (byte)(VectorLength << 5 | (~second >> 4 & 1) << 3));

    private void RexMemory(byte opcode, Gpr register, Gpr @base, int displacement)
    {
        int r = (int)register;
        int b = (int)@base;
        Bytes((byte)(0x48 | (r >> 3 << 2) | (b >> 3)), opcode, (byte)(0x84 | ((r & 7) << 3)), (byte)(0x20 | (b & 7)));
        Int32(displacement);
    }

    private void RexRegisters(byte opcode, Gpr register, Gpr other)
    {
        int r = (int)register;
        int o = (int)other;
        Bytes((byte)(0x48 | (r >> 3 << 2) | (o >> 3)), opcode, (byte)(0xC0 | ((r & 7) << 3) | (o & 7)));
    }

    private void RexImmediate(int operation, Gpr register, int value)
    {
        int r = (int)register;
        Bytes((byte)(0x48 | (r >> 3)), 0x81, (byte)(0xC0 | (operation << 3) | (r & 7)));
        Int32(value);
    }

    private void Bytes(params ReadOnlySpan<byte> bytes)
    {
        if (Position + bytes.Length + 4 > _code.Length)
        {
            Array.Resize(ref _code, 2 * _code.Length);
        }

        bytes.CopyTo(_code.AsSpan(Position));
        Position += bytes.Length;
    }

    private void Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Bytes(bytes);
    }
}
