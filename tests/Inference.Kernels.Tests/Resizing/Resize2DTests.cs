using Inference.Kernels.Convolution;
using Inference.Kernels.Resizing;

namespace Inference.Kernels.Tests.Resizing;

public sealed unsafe class Resize2DTests
{
    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void NearestAndLinear_Tables_EqualFormula(object layoutValue)
    {
        var layout = (TensorLayout)layoutValue;
        const int N = 2;
        const int C = 5;
        const int H = 4;
        const int W = 6;
        int[] rows = [0, 0, 1, 3, 3, 2, 1];
        int[] columns = [5, 4, 0, 1, 2];
        int[] rows1 = [1, 0, 2, 3, 2, 3, 0];
        int[] columns1 = [5, 5, 1, 1, 3];
        float[] rw = [0.25f, 0f, 0.5f, 1f, 0.1f, 0.75f, 0.3f];
        float[] cw = [0.5f, 0.2f, 0.9f, 0f, 1f];
        using NativeArray<float> x = Fill.Floats(N * C * H * W, 1);
        using var nearest = new NativeArray<float>(N * C * 7 * 5);
        using var linear = new NativeArray<float>(N * C * 7 * 5);
        Resize2D.Nearest(layout, x.Pointer, nearest.Pointer, N, C, H, W, rows, columns, 2);
        var rowPositions = new LinearPositions { Low = rows, High = rows1, Weight = rw };
        var columnPositions = new LinearPositions { Low = columns, High = columns1, Weight = cw };
        Resize2D.Linear(layout, x.Pointer, linear.Pointer, N, C, H, W, in rowPositions, in columnPositions, 2);
        for (int n = 0; n < N; n++)
        {
            for (int c = 0; c < C; c++)
            {
                for (int i = 0; i < 35; i++)
                {
                    int r = i / 5;
                    int col = i % 5;
                    double At(int iy, int ix) => layout == TensorLayout.Nchw ? x[(((((n * C) + c) * H) + iy) * W) + ix]
                        : x[(((((n * H) + iy) * W) + ix) * C) + c];
                    int at = layout == TensorLayout.Nchw ? (((n * C) + c) * 35) + i : (((n * 35) + i) * C) + c;
                    Assert.Equal((float)At(rows[r], columns[col]), nearest[at]);
                    double top = (At(rows[r], columns[col]) * (1 - cw[col])) + (At(rows[r], columns1[col]) * cw[col]);
                    double bottom = (At(rows1[r], columns[col]) * (1 - cw[col])) + (At(rows1[r], columns1[col]) * cw[col]);
                    Assert.Equal((top * (1 - rw[r])) + (bottom * rw[r]), linear[at], 1e-6);
                }
            }
        }

        nearest.AssertIntact();
        linear.AssertIntact();
    }
}
