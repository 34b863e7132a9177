using BenchmarkDotNet.Attributes;
using Inference.Kernels.Convolution;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Benchmarks;

/// <summary>Convolutions with packed weights, channels last.</summary>
public unsafe class ConvolutionBenchmarks
{
    private const int Shapes = 24;
    private ConvolutionF32 _convolution = null!;
    private float[] _x = [];
    private float[] _y = [];
    private int[] _dims = [];

    [ParamsSource(nameof(AllShapes))]
    public string Shape { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    public static IEnumerable<string> AllShapes => ShapeFile.Read("convolution.txt", Shapes).Select(s => string.Join('x', s));

    [GlobalSetup]
    public void Setup()
    {
        _dims = Array.ConvertAll(Shape.Split('x'), int.Parse);
        int pad = _dims[10];
        var geometry = new ConvolutionGeometry
        {
            InChannels = _dims[1],
            OutChannels = _dims[4],
            KernelHeight = _dims[5],
            KernelWidth = _dims[6],
            Groups = _dims[7],
            StrideHeight = _dims[8],
            StrideWidth = _dims[8],
            DilationHeight = _dims[9],
            DilationWidth = _dims[9],
            PadTop = pad,
            PadLeft = pad,
            PadBottom = pad,
            PadRight = pad,
        };
        var random = new Random(1);
        float[] weights = [.. Enumerable.Range(0, _dims[4] * (_dims[1] / _dims[7]) * _dims[5] * _dims[6]).Select(_ => random.NextSingle() - 0.5f)];
        _convolution = ConvolutionF32.Create(geometry, weights, TensorLayout.Nhwc);
        _x = GC.AllocateArray<float>(_dims[0] * _dims[1] * _dims[2] * _dims[3], pinned: true);
        _y = GC.AllocateArray<float>(_dims[0] * _dims[4] * Out(_dims[2], _dims[5]) * Out(_dims[3], _dims[6]), pinned: true);
    }

    [GlobalCleanup]
    public void Cleanup() => _convolution.Dispose();

    [Benchmark]
    public void F32()
    {
        fixed (float* x = _x)
        fixed (float* y = _y)
        {
            _convolution.Run(x, y, _dims[0], _dims[2], _dims[3], default, Threads);
        }
    }

    private int Out(int size, int kernel) => (size + 2 * _dims[10] - _dims[9] * (kernel - 1) - 1) / _dims[8] + 1;
}
