namespace Quickstart.Training;

/// <summary>score = σ(w₃·relu(W₂·relu(W₁·[user; film] + b₁) + b₂) + b₃), trained by plain stochastic gradient descent on the logistic loss.</summary>
internal sealed class Network
{
    public const int Width = 16;
    public const int Hidden1 = 32;
    public const int Hidden2 = 16;
    private readonly Dense _first;
    private readonly Dense _second;
    private readonly Dense _third;
    private readonly float[] _input = new float[2 * Width];

    public Network(int users, int films, int seed)
    {
        var random = new Random(seed);
        UserTable = Noise(users * Width, 0.1f, random);
        FilmTable = Noise(films * Width, 0.1f, random);
        _first = new(2 * Width, Hidden1, relu: true, random);
        _second = new(Hidden1, Hidden2, relu: true, random);
        _third = new(Hidden2, 1, relu: false, random);
    }

    /// <summary>[users, Width], row-major.</summary>
    public float[] UserTable { get; }

    /// <summary>[films, Width], row-major.</summary>
    public float[] FilmTable { get; }

    public IReadOnlyList<Dense> Layers => [_first, _second, _third];

    public float Score(int user, int film)
    {
        UserTable.AsSpan(user * Width, Width).CopyTo(_input);
        FilmTable.AsSpan(film * Width, Width).CopyTo(_input.AsSpan(Width));
        float logit = _third.Forward(_second.Forward(_first.Forward(_input)))[0];
        return 1 / (1 + MathF.Exp(-logit));
    }

    /// <summary>One step of gradient descent; returns the loss before it.</summary>
    public double Step(int user, int film, float target, float rate)
    {
        float score = Score(user, film);
        float[] gradient = _first.Backward(_second.Backward(_third.Backward([score - target], rate), rate), rate);
        for (int i = 0; i < Width; i++)
        {
            UserTable[user * Width + i] -= rate * gradient[i];
            FilmTable[film * Width + i] -= rate * gradient[Width + i];
        }

        return -Math.Log(Math.Max(1e-7, target > 0.5f ? score : 1 - score));
    }

    internal static float[] Noise(int count, float scale, Random random)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = scale * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
