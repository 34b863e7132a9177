using System.Numerics.Tensors;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>A table of learnt rows, [rows, width]. Only the rows used in a step are updated, each by Adagrad with one scale per row.</summary>
internal sealed class EmbeddingTable
{
    private readonly float[] _squares;

    public EmbeddingTable(int rows, int width, float scale, Random random)
    {
        Width = width;
        Values = new float[rows * width];
        _squares = new float[rows];
        for (int i = 0; i < Values.Length; i++)
        {
            Values[i] = scale * random.Normal();
        }
    }

    public int Width { get; }

    public int Rows => _squares.Length;

    public float[] Values { get; }

    public ReadOnlySpan<float> Row(long row) => Values.AsSpan((int)row * Width, Width);

    public void Step(long row, ReadOnlySpan<float> gradient, float rate)
    {
        _squares[row] += TensorPrimitives.SumOfSquares(gradient) / Width;
        float scale = -rate / (MathF.Sqrt(_squares[row]) + 1e-6f);
        Span<float> values = Values.AsSpan((int)row * Width, Width);
        TensorPrimitives.MultiplyAdd(gradient, scale, values, values);
    }
}
