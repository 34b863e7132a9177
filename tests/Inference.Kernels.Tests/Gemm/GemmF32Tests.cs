using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.TestSupport;

namespace Inference.Kernels.Tests.Gemm;

public sealed unsafe class GemmF32Tests
{
    public static TheoryData<string> Kernels()
    {
        var data = new TheoryData<string>();
        foreach (GemmF32Kernel kernel in GemmF32Kernels.All.Where(k => k.Supported))
        {
            data.Add(kernel.Name);
        }

        return data;
    }

    [Fact]
    public void Run_TwoThreads_EqualsOneThread()
    {
        using NativeArray<float> a = Fill.Floats(150 * 300, 1);
        using NativeArray<float> b = Fill.Floats(300 * 200, 2);
        using PackedMatrix packed = PackedMatrix.Create(b.Span, 300, 200);
        var one = new float[150 * 200];
        var two = new float[150 * 200];
        GemmF32.Run(a.Span, packed, one, 150, default);
        GemmF32.Run(a.Span, packed, two, 150, default, 2);
        Assert.Equal(one, two);
    }

    [Fact]
    public void RunBatched_SharedB_EqualsSingleRuns()
    {
        using NativeArray<float> a = Fill.Floats(5 * 7 * 9, 1);
        using NativeArray<float> b = Fill.Floats(9 * 21, 2);
        using var c = new NativeArray<float>(5 * 7 * 21);
        var want = new float[7 * 21];
        GemmF32.RunBatched(5, a.Pointer, 9, 63, false, b.Pointer, 21, 0, false, c.Pointer, 21, 147, 7, 21, 9, 1f, default, 2);
        for (int i = 0; i < 5; i++)
        {
            fixed (float* w = want)
            {
                GemmF32.Run(a.Pointer + (i * 63), 9, false, b.Pointer, 21, false, w, 21, 7, 21, 9, 1f, default);
            }

            Assert.Equal(want, c.Span.Slice(i * 147, 147).ToArray());
        }

        c.AssertIntact();
    }

    [Fact]
    public void Run_NaNAndRelu_StaysNaN()
    {
        using PackedMatrix b = PackedMatrix.Create([1f, 1f, 1f, 1f, 1f, 1f], 1, 6);
        var c = new float[12];
        GemmF32.Run([float.NaN, -1f], b, c, 2, new GemmEpilogue { Activation = Activation.Relu });
        Assert.All(c[..6], y => Assert.True(float.IsNaN(y)));
        Assert.All(c[6..], y => Assert.Equal(0f, y));
    }

    [Fact]
    public void Run_ShortSpan_ErrorNamesMatrix()
    {
        using PackedMatrix b = PackedMatrix.Create(new float[12], 3, 4);
        ArgumentException error = Assert.Throws<ArgumentException>(() => GemmF32.Run(new float[5], b, new float[8], 2, default));
        Assert.StartsWith("Matrix [2,3]: expected 6 elements, got 5. Pass the whole matrix.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Prepacked_AllocatesNothing()
    {
        using PackedMatrix b = PackedMatrix.Create(new float[64 * 70], 64, 70);
        var a = new float[64 * 300];
        var c = new float[70 * 300];
        Assert.Equal(0, ManagedBytes.Of(Run));

        void Run()
        {
            GemmF32.Run(a, b, c, 300, default, 2);
            GemmF32.Run(a, b, c, 1, default, 2);
        }
    }
}
