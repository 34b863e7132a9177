using Inference.Kernels.Convolution;
using Inference.Kernels.Resizing;
using Inference.Kernels.Tests.Convolution;
using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Transposition;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Transposition;

[Covers(typeof(Transpose), "transpose_b8", "transpose_b16", "transpose_b32", "transpose_b64", "transpose_narrow_b8", "transpose_narrow_b16", "transpose_narrow_b32", "transpose_narrow_b64")]
[Covers(typeof(Resize2D))]
public sealed unsafe class LayoutCoveringTests(ITestOutputHelper output)
{
    [Fact]
    public void Transpose2D_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("transpose 2D", 3);
        Option<int> elementSize = space.Add("bytes", 1, 2, 4, 8);
        Option<int> rowCount = space.Add("rows", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 70, 129);
        Option<int> columnCount = space.Add("columns", 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 16, 17, 33, 64, 65, 131);
        Option<int> padX = space.Add("ldx", 0, 1, 5);
        Option<int> padY = space.Add("ldy", 0, 1, 5);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int rows, int columns, int size) = (rowCount.Value, columnCount.Value, elementSize.Value);
            int ldx = columns + padX.Value;
            int ldy = rows + padY.Value;
            using NativeArray<byte> x = Fill.Bytes(rows * ldx * size, seed, offset.Value * size);
            using NativeArray<byte> y = Fill.Bytes(columns * ldy * size, seed + 1, offset.Value * size);
            byte[] want = y.Span.ToArray();
            for (int i = 0; i < rows * columns * size; i++)
            {
                (int r, int c, int b) = (i / size / columns, i / size % columns, i % size);
                want[(((c * ldy) + r) * size) + b] = x[(((r * ldx) + c) * size) + b];
            }

            Transpose.Run2D(x.Pointer, y.Pointer, rows, columns, size, padX.Value == 0 ? 0 : ldx, padY.Value == 0 ? 0 : ldy);
            Assert.True(y.Span.SequenceEqual(want));
            y.AssertIntact();
        });
    }

    [Fact]
    public void Transpose_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("transpose", 3);
        Option<int> elementSize = space.Add("bytes", 1, 2, 4, 8);
        Option<long>[] axes = [.. Enumerable.Range(0, 5).Select(i => space.Add($"axis {i}", 1L, 3L, 8L, 17L))];
        Option<string> permutation = space.Add("permutation", "01234", "43210", "02134", "01243", "34012", "14023", "10324", "04132", "23401");
        Option<int> rank = space.Add("rank", 5, 6);
        Option<int> threads = space.Add("threads", Choices.Threads);
        space.Run(output, seed =>
        {
            // Rank 6 puts an axis of two before all others and moves it behind them.
            long[] shape = [.. rank.Value == 6 ? new long[] { 2 } : [], .. axes.Select(a => a.Value)];
            int[] order = [.. permutation.Value.Select(c => c - '0' + rank.Value - 5), .. rank.Value == 6 ? new int[] { 0 } : []];
            int size = elementSize.Value;
            int total = (int)shape.Aggregate(1L, (a, b) => a * b);
            using NativeArray<byte> x = Fill.Bytes(total * size, seed);
            using var y = new NativeArray<byte>(total * size);
            Transpose.Run(x.Pointer, y.Pointer, shape, order, size, threads.Value);
            int[] strides = new int[shape.Length];
            for (int i = shape.Length - 1, s = 1; i >= 0; s *= (int)shape[i--])
            {
                strides[i] = s;
            }

            for (int i = 0; i < total; i++)
            {
                int rest = i;
                int from = 0;
                for (int axis = shape.Length - 1; axis >= 0; axis--)
                {
                    from += rest % (int)shape[order[axis]] * strides[order[axis]];
                    rest /= (int)shape[order[axis]];
                }

                Assert.True(x.Span.Slice(from * size, size).SequenceEqual(y.Span.Slice(i * size, size)), $"element {i}");
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void Resize_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("resize", 3);
        Option<bool> linear = space.Add("linear", Choices.Either);
        Option<TensorLayout> layout = space.Add("layout", Enum.GetValues<TensorLayout>());
        Option<int> batches = space.Add("batch", 1, 2);
        Option<int> channelCount = space.Add("channels", 1, 3, 8, 17);
        Option<(int Height, int Width)> from = space.Add("from", (1, 1), (4, 6), (9, 17));
        Option<(int Height, int Width)> to = space.Add("to", (0, 5), (1, 1), (7, 5), (18, 34), (120, 130));
        Option<int> threads = space.Add("threads", Choices.Threads);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            (int n, int c, (int h, int w), (int oh, int ow)) = (batches.Value, channelCount.Value, from.Value, to.Value);
            using NativeArray<float> x = Fill.Floats(n * c * h * w, seed, offset: offset.Value);
            using var y = new NativeArray<float>(n * c * oh * ow, offset.Value);
            using NativeArray<int> rows = Fill.Ints(2 * oh, seed + 1, 0, h);
            using NativeArray<int> columns = Fill.Ints(2 * ow, seed + 2, 0, w);
            using NativeArray<float> weights = Fill.Floats(oh + ow, seed + 3, 0f, 1f);
            if (linear.Value)
            {
                var rowPositions = new LinearPositions { Low = rows.Span[..oh], High = rows.Span[oh..], Weight = weights.Span[..oh] };
                var columnPositions = new LinearPositions { Low = columns.Span[..ow], High = columns.Span[ow..], Weight = weights.Span[oh..] };
                Resize2D.Linear(layout.Value, x.Pointer, y.Pointer, n, c, h, w, in rowPositions, in columnPositions, threads.Value);
            }
            else
            {
                Resize2D.Nearest(layout.Value, x.Pointer, y.Pointer, n, c, h, w, rows.Span[..oh], columns.Span[..ow], threads.Value);
            }

            for (int i = 0; i < y.Length; i++)
            {
                (int plane, int oy, int ox) = (i / (oh * ow), i / ow % oh, i % ow);
                double At(int iy, int ix) => x[ConvolutionReference.At(layout.Value, (plane * h * w) + (iy * w) + ix, c, h * w)];
                double rw = linear.Value ? weights[oy] : 0;
                double cw = linear.Value ? weights[oh + ox] : 0;
                double top = (At(rows[oy], columns[ox]) * (1 - cw)) + (At(rows[oy], columns[ow + ox]) * cw);
                double bottom = (At(rows[oh + oy], columns[ox]) * (1 - cw)) + (At(rows[oh + oy], columns[ow + ox]) * cw);
                Assert.Equal((top * (1 - rw)) + (bottom * rw), y[ConvolutionReference.At(layout.Value, i, c, oh * ow)], 1e-6);
            }

            y.AssertIntact();
        });
    }
}
