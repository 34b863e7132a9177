using Inference.Kernels.Attention;
using Inference.Kernels.BlockQuantized;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;

namespace Inference.Benchmarks.Thresholds;

/// <summary>Which way a product goes, on one thread.</summary>
internal static unsafe class ProductCases
{
    private const int Size = 256;

    public static readonly ThresholdCase[] All =
    [
        new("GemmF32Unpacked.RowsInPlace", GemmF32Unpacked.RowsInPlace, "rows", RowsInPlace),
        new("GemmF32Unpacked.RowsAsDots", GemmF32Unpacked.RowsAsDots, "rows", rows => PackedOrDots((int)rows, Size, Size, dotsAbove: false)),
        new("GemmF32Unpacked.ColumnsAsDots", GemmF32Unpacked.ColumnsAsDots, "columns", columns => PackedOrDots(64, (int)columns, Size, dotsAbove: false)),
        new("GemmF32Unpacked.DepthAsDots", GemmF32Unpacked.DepthAsDots, "elements of K", depth => PackedOrDots(64, 8, (int)depth, dotsAbove: true)),
        new("PackedMatrix.DotColumns", PackedMatrix.DotColumns, "columns", DotColumns),
        new("BlockQuantizedGemm.MinPanelRows", BlockQuantizedGemm.MinPanelRows, "rows", Dequantized),
        new("AttentionF32.MinPackedQueries", AttentionF32.MinPackedQueries, "queries", Queries),
    ];

    private static Choice RowsInPlace(long rows)
    {
        (Numbers a, Numbers b, Numbers c) = Matrices((int)rows, Size, Size);
        return new(
            () =>
            {
                GemmF32Job job = Job(a, c, (int)rows, Size, Size);
                GemmF32Unpacked.RunInPlace(ref job, GemmF32Kernels.Best, b.F32, Size, 1);
            },
            () =>
            {
                GemmF32Job job = Job(a, c, (int)rows, Size, Size);
                GemmF32Unpacked.RunPacked(ref job, GemmF32Kernels.Best, b.F32, Size, false, 1f, 1);
            },
            a, b, c);
    }

    // B is stored transposed.
    private static Choice PackedOrDots(int m, int n, int k, bool dotsAbove)
    {
        (Numbers a, Numbers b, Numbers c) = Matrices(m, n, k);
        return dotsAbove ? new(Packed, Dots, a, b, c) : new(Dots, Packed, a, b, c);

        void Dots() => GemmF32Dots.Run(a.F32, k, b.F32, k, c.F32, n, m, n, k, 1f, default, 1);

        void Packed()
        {
            GemmF32Job job = Job(a, c, m, n, k);
            GemmF32Unpacked.RunPacked(ref job, GemmF32Kernels.Best, b.F32, k, true, 1f, 1);
        }
    }

    // Weights are packed before.
    private static Choice DotColumns(long columns)
    {
        const int M = 64;
        int n = (int)columns;
        (Numbers a, Numbers b, Numbers c) = Matrices(M, n, Size);
        GemmF32Kernel kernel = GemmF32Kernels.Best;
        var panels = new Numbers((n + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes * Size);
        GemmF32Packing.PackPanels(b.F32, Size, true, Size, n, 1f, kernel.PanelColumns, kernel.Lanes, panels.F32);
        return new(
            () => GemmF32Dots.Run(a.F32, Size, b.F32, Size, c.F32, n, M, n, Size, 1f, default, 1),
            () =>
            {
                GemmF32Job job = Job(a, c, M, n, Size);
                job.B = panels.F32;
                GemmF32Driver.Run(ref job, kernel, 1);
            },
            a, b, c, panels);
    }

    private static Choice Dequantized(long rows)
    {
        const int Block = 32;
        (Numbers x, Numbers codes, Numbers y) = Matrices((int)rows, Size, Size);
        var scales = new Numbers(Size * Size / Block);
        return new(() => Run(panels: false), () => Run(panels: true), x, codes, y, scales);

        void Run(bool panels)
        {
            var w = new BlockQuantizedMatrix { Codes = codes.Bytes, Scales = scales.F32, Columns = Size, Depth = Size, BlockSize = Block, Bits = 4 };
            BlockQuantizedGemm.Run(x.F32, Size, in w, y.F32, Size, (nint)rows, default, 1, panels);
        }
    }

    private static Choice Queries(long queries)
    {
        const int Head = 64;
        var q = new Numbers(queries * Head);
        var k = new Numbers(Size * Head);
        var v = new Numbers(Size * Head);
        var y = new Numbers(queries * Head);
        return new(() => Run(packed: false), () => Run(packed: true), q, k, v, y);

        void Run(bool packed)
        {
            var a = new AttentionArguments
            {
                Query = q.F32, Key = k.F32, Value = v.F32, Output = y.F32, Batch = 1, Heads = 1, KeyHeads = 1, QueryLength = (int)queries, KeyLength = Size,
                HeadSize = Head, ValueSize = Head, Scale = 0.125f, QueryStride = Head, KeyStride = Head, ValueStride = Head, OutputStride = Head,
            };
            AttentionF32.RunHead(in a, null, 0, 1, packed);
        }
    }

    private static (Numbers A, Numbers B, Numbers C) Matrices(int m, int n, int k) => (new((long)m * k), new((long)n * k), new((long)m * n));

    private static GemmF32Job Job(Numbers a, Numbers c, int m, int n, int k) => new() { A = a.F32, Lda = k, C = c.F32, Ldc = n, M = m, N = n, K = k };
}
