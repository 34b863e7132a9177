using BenchmarkDotNet.Attributes;
using Inference.Kernels.Gemm;
using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;

namespace Inference.Kernels.Benchmarks;

/// <summary>Matrix products with B packed before, as layers have them.</summary>
public unsafe class GemmBenchmarks
{
    private const int Shapes = 24;
    private PackedMatrix _packed = null!;
    private QuantizedMatrix _quantized = null!;
    private float[] _a = [];
    private float[] _c = [];
    private byte[] _bytes = [];
    private int[] _sums = [];

    [ParamsSource(nameof(AllShapes))]
    public string Shape { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<string> AllShapes => ShapeFile.Read("gemm.txt", Shapes).Select(s => string.Join('x', s));

    [GlobalSetup]
    public void Setup()
    {
        (int m, int n, int k) = Dims();
        var random = new Random(1);
        float[] b = [.. Enumerable.Range(0, k * n).Select(_ => random.NextSingle() - 0.5f)];
        _packed = PackedMatrix.Create(b, k, n);
        _quantized = QuantizedMatrix.Create(Array.ConvertAll(b, v => (sbyte)(v * 254)), k, n, []);
        _a = GC.AllocateArray<float>(m * k, pinned: true);
        _c = GC.AllocateArray<float>(m * n, pinned: true);
        _bytes = GC.AllocateArray<byte>(m * k, pinned: true);
        _sums = GC.AllocateArray<int>(m * n, pinned: true);
        random.NextBytes(_bytes);
        for (int i = 0; i < _a.Length; i++)
        {
            _a[i] = random.NextSingle();
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _packed.Dispose();
        _quantized.Dispose();
    }

    [Benchmark]
    public void F32() => GemmF32.Run(_a, _packed, _c, Dims().M, default, Threads);

    [Benchmark]
    public void U8S8()
    {
        (int m, int n, int k) = Dims();
        fixed (byte* a = _bytes)
        fixed (int* y = _sums)
        {
            QuantizedGemm.Run(a, false, k, 128, _quantized, y, n, m, new QuantizedEpilogue { Output = QuantizedOutput.Int32 }, Threads);
        }
    }

    private (int M, int N, int K) Dims()
    {
        int[] dims = Array.ConvertAll(Shape.Split('x'), int.Parse);
        return (dims[0], dims[1], dims[2]);
    }
}
