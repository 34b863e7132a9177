#if DEBUG
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Normalization;
using Inference.Kernels.Quantized;

namespace Inference.Kernels.Tests;

/// <summary>In a build for debugging kernels refuse what they would otherwise read or write out of bounds; other builds hold no such code.</summary>
public sealed unsafe class KernelAssertTests
{
    /// <summary>A broken demand ends the test that broke it instead of the process.</summary>
    [ModuleInitializer]
    internal static void Throw()
    {
        Trace.Listeners.Clear();
        Trace.Listeners.Add(new Thrower());
    }

    [Fact]
    public void Unary_NullOrOverlap_Asserts()
    {
        float* x = stackalloc float[8];
        Broken(() => Unary.Run(UnaryFunctions.Abs, null, (float*)1, 4));
        Broken(() => Unary.Run(UnaryFunctions.Abs, x, x + 1, 4));
        Broken(() => Unary.Run(UnaryFunctions.Abs, x, x, -1));
        Unary.Run(UnaryFunctions.Abs, x, x, 4);
        Unary.Run(UnaryFunctions.Abs, x, x + 4, 4);
        Unary.Run(UnaryFunctions.Abs, null, null, 0);
    }

    [Fact]
    public void GemmF32_ShortStride_Asserts()
    {
        float* data = stackalloc float[64];
        Broken(() => GemmF32.Run(data, 3, false, data + 16, 4, false, data + 32, 4, 2, 4, 4, 1f, default));
        Broken(() => GemmF32.Run(data, 4, false, data + 16, 4, false, data + 32, 3, 2, 4, 4, 1f, default));
        Broken(() => GemmF32.Run(data, 4, false, null, 4, false, data + 32, 4, 2, 4, 4, 1f, default));
        GemmF32.Run(data, 4, false, data + 16, 4, false, data + 32, 4, 2, 4, 4, 1f, default);
    }

    [Fact]
    public void Rows_WithoutMemory_Assert()
    {
        float* x = stackalloc float[4];
        Broken(() => Softmax.Run(x, null, 1, 4));
        Broken(() => LayerNorm.Run(new LayerNormArguments { X = x, Y = null, Rows = 1, Columns = 4 }));
        Broken(() => ByteTable.Run((byte*)x, (byte*)x, 4, null));
    }

    [Fact]
    public void Tile_BeyondItsInventory_Asserts()
    {
        Broken(() => GemmF32Kernels.Best.Tile(GemmF32Kernels.Best.MaxRows + 1, 1));
        Broken(() => GemmS32Kernels.Best.Run(null, GemmS32Kernels.Best.MaxRows + 1, 1));
        foreach (GemmF32Kernel kernel in GemmF32Kernels.All)
        {
            Assert.True(kernel.MaxRows <= TileLimits.F32Rows && kernel.PanelColumns <= TileLimits.PanelColumns);
        }
    }

    private static void Broken(Action call) => Assert.Throws<BrokenDemandException>(call);

    private sealed class BrokenDemandException(string message) : Exception(message);

    private sealed class Thrower : TraceListener
    {
        public override void Fail(string? message, string? detailMessage) => throw new BrokenDemandException($"{message} {detailMessage}");

        public override void Write(string? message)
        {
        }

        public override void WriteLine(string? message)
        {
        }
    }
}
#endif
