namespace Inference.Benchmarks.Monitoring;

/// <summary>Rows of values that streams are drawn from with replacement, so that rows are independent and their distribution is exactly the pool's. Row-major.</summary>
internal sealed class ValuePool
{
    /// <summary>Columns of the mixed pool: skewed, discrete, heavy-tailed and correlated ones, categories, missing values.</summary>
    private static readonly string[] s_kinds = ["normal", "lognormal", "exponential", "student2", "poisson", "geometric", "categories", "zeros"];

    private ValuePool(int rows, int columns)
    {
        (Rows, Columns) = (rows, columns);
        Values = new float[rows * columns];
        IsCategorical = new bool[columns];
    }

    public int Rows { get; }

    public int Columns { get; }

    public float[] Values { get; }

    public bool[] IsCategorical { get; }

    /// <summary>Standard normal columns, independent.</summary>
    public static ValuePool Normal(int rows, int columns, int seed)
    {
        var pool = new ValuePool(rows, columns);
        var random = new Random(seed);
        for (int i = 0; i < pool.Values.Length; i++)
        {
            pool.Values[i] = (float)Gauss(random);
        }

        return pool;
    }

    /// <summary>Columns of all kinds in turn; those of each group of eight share a factor with correlation 0.8 among their normal scores; every third column misses 3 % of its values.</summary>
    public static ValuePool Mixed(int rows, int columns, int seed)
    {
        var pool = new ValuePool(rows, columns);
        var random = new Random(seed);
        for (int j = 0; j < columns; j++)
        {
            pool.IsCategorical[j] = s_kinds[j % s_kinds.Length] == "categories";
        }

        var factors = new double[(columns + 7) / 8];
        for (int i = 0; i < rows; i++)
        {
            for (int g = 0; g < factors.Length; g++)
            {
                factors[g] = Gauss(random);
            }

            for (int j = 0; j < columns; j++)
            {
                double z = (Math.Sqrt(0.8) * factors[j / 8]) + (Math.Sqrt(0.2) * Gauss(random));
                double value = j % 3 == 0 && random.NextDouble() < 0.03 ? double.NaN : Value(s_kinds[j % s_kinds.Length], z, random);
                pool.Values[(i * columns) + j] = (float)value;
            }
        }

        return pool;
    }

    /// <summary>A copy with one column changed.</summary>
    public ValuePool With(int column, Func<float, Random, float> change, int seed)
    {
        var copy = new ValuePool(Rows, Columns);
        Values.CopyTo(copy.Values, 0);
        IsCategorical.CopyTo(copy.IsCategorical, 0);
        var random = new Random(seed);
        for (int i = 0; i < Rows; i++)
        {
            ref float value = ref copy.Values[(i * Columns) + column];
            value = change(value, random);
        }

        return copy;
    }

    /// <summary>A copy whose given column holds categories 0 … K − 1 with the given shares.</summary>
    public ValuePool WithCategories(int column, double[] shares, int seed)
    {
        ValuePool copy = With(column, (_, random) => Category(shares, random.NextDouble()), seed);
        copy.IsCategorical[column] = true;
        return copy;
    }

    private static double Value(string kind, double z, Random random) => kind switch
    {
        "lognormal" => Math.Exp(1.5 * z),
        "exponential" => -Math.Log(1 - Math.Min(Phi(z), 1 - 1e-12)),
        "student2" => z / Math.Sqrt(-Math.Log(1 - random.NextDouble())),
        "poisson" => Quantile(Phi(z), static k => k == 0 ? Math.Exp(-3) : 3.0 / k),
        "geometric" => Math.Floor(Math.Log(1 - Math.Min(Phi(z), 1 - 1e-12)) / Math.Log(0.7)),
        "categories" => Math.Min(Math.Floor(20 * Math.Pow(Phi(z), 3)), 19),
        "zeros" => z < 1 ? 0 : Math.Exp(z),
        _ => z,
    };

    // The quantile of a distribution on 0, 1, … that is given by its first share and the ratio of neighbours.
    private static double Quantile(double u, Func<int, double> ratio)
    {
        double share = ratio(0), sum = share;
        int k = 0;
        while (u > sum && k < 100)
        {
            share *= ratio(++k);
            sum += share;
        }

        return k;
    }

    private static float Category(double[] shares, double u)
    {
        int cell = 0;
        while (cell < shares.Length - 1 && u >= shares[cell])
        {
            u -= shares[cell++];
        }

        return cell;
    }

    // Φ to 1e-7 (Abramowitz and Stegun 7.1.26): the marginals need not be exact, the pool is the distribution.
    private static double Phi(double z)
    {
        double x = Math.Abs(z) / Math.Sqrt(2), t = 1 / (1 + (0.3275911 * x));
        double erf = 1 - (((((((((1.061405429 * t) - 1.453152027) * t) + 1.421413741) * t) - 0.284496736) * t) + 0.254829592) * t * Math.Exp(-x * x));
        return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
    }

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
