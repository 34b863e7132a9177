namespace Loop;

/// <summary>Customers who buy or do not: six numbers each, and a chance that depends on them. Once a campaign has begun, discounts are larger and decide more: inputs drift, and their relation to the outcome changes.</summary>
/// <param name="seed">The seed.</param>
internal sealed class Customers(int seed)
{
    /// <summary>The numbers of a customer.</summary>
    public const int Features = 6;

    private const int Discount = 4;

    private readonly Random _random = new(seed);

    /// <summary>Whether the campaign has begun.</summary>
    public bool Campaign { get; set; }

    /// <summary>The next customer.</summary>
    /// <param name="features">Receives the numbers, [6].</param>
    /// <returns>Whether the customer will buy.</returns>
    public bool Next(Span<float> features)
    {
        for (int j = 0; j < Features; j++)
        {
            features[j] = Normal();
        }

        features[Discount] = (Campaign ? 1.2f : 0) + (features[Discount] * (Campaign ? 1 : 0.5f));
        double logit = (1.8 * features[0]) - (1.4 * features[1]) + features[2] + (Campaign ? (2.2 * features[Discount]) - 2.6 : 0);
        return _random.NextDouble() < 1 / (1 + Math.Exp(-logit));
    }

    /// <summary>Many customers at once.</summary>
    public LabelledRows Take(int rows)
    {
        var features = new float[rows * Features];
        var labels = new float[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = Next(features.AsSpan(i * Features, Features)) ? 1 : 0;
        }

        return new LabelledRows(features, labels);
    }

    private float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
}
