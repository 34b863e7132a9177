using System.Runtime.InteropServices;
using Inference.Kernels.Emit;

namespace Inference.Kernels.Gemm.Tiles;

/// <summary>Arguments of the emitted rounding of f32 to bf16, to nearest, halves to even: <c>To[i] = bf16(From[i])</c> for i &lt; 64 · Blocks. Denormals become zero.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Bf16Rounding
{
    /// <summary>Elements of a block.</summary>
    public const int BlockElements = 64;

    /// <summary>Blocks of a call, at most: some hundred nanoseconds.</summary>
    public const int MaxBlocks = 64;

    /// <summary>The first f32.</summary>
    public float* From;

    /// <summary>Where the first bf16 goes.</summary>
    public ushort* To;

    /// <summary>Blocks, 1 or more.</summary>
    public nint Blocks;

    internal static void Emit(Assembler s)
    {
        CallFrame.Enter(s, all: false);
        s.Load(Gpr.Rsi, Gpr.Rdi, 0);
        s.Load(Gpr.Rdx, Gpr.Rdi, 8);
        s.Load(Gpr.Rcx, Gpr.Rdi, 16);
        s.AlignTo(32);
        int loop = s.Position;
        for (int i = 0; i < 2; i++)
        {
            s.LoadZmm(i, Gpr.Rsi, (128 * i) + 64);
            s.NarrowToBf16(i, i, Gpr.Rsi, 128 * i);
            s.StoreZmm(i, Gpr.Rdx, 64 * i);
        }

        s.Add(Gpr.Rsi, 4 * BlockElements);
        s.Add(Gpr.Rdx, 2 * BlockElements);
        s.Subtract(Gpr.Rcx, 1);
        s.Patch(s.JumpIfGreater(), loop);
        CallFrame.Leave(s, all: false);
    }
}
