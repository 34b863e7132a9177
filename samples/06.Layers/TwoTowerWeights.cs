namespace LayerSample;

/// <summary>The weights of a two-tower model; random in this sample, trained in a real program.</summary>
public sealed class TwoTowerWeights
{
    private readonly Random _random;

    public TwoTowerWeights(int users, int items, int width, int hidden, int rank, int seed)
    {
        _random = new Random(seed);
        (UserCount, ItemCount, Width, HiddenWidth, Rank) = (users, items, width, hidden, rank);
        Users = Matrix(users, width);
        Hidden = Matrix(hidden, width);
        HiddenBias = Matrix(1, hidden);
        Down = Matrix(rank, hidden);
        Up = Matrix(width, rank);
        Items = Matrix(items, width);
    }

    public int UserCount { get; }

    public int ItemCount { get; }

    /// <summary>The number of elements of a user vector and of an item vector.</summary>
    public int Width { get; }

    public int HiddenWidth { get; }

    public int Rank { get; }

    /// <summary>[users, width].</summary>
    public float[] Users { get; }

    /// <summary>[hidden, width].</summary>
    public float[] Hidden { get; }

    /// <summary>[hidden].</summary>
    public float[] HiddenBias { get; }

    /// <summary>[rank, hidden].</summary>
    public float[] Down { get; }

    /// <summary>[width, rank].</summary>
    public float[] Up { get; }

    /// <summary>[items, width].</summary>
    public float[] Items { get; }

    private float[] Matrix(int rows, int columns)
    {
        float[] values = new float[rows * columns];
        foreach (ref float value in values.AsSpan())
        {
            value = (_random.NextSingle() - 0.5f) / MathF.Sqrt(columns);
        }

        return values;
    }
}
