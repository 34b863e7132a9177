namespace OptimizeAndServe.World;

/// <summary>The items: their true properties, and the features known to a service. The id of an item is its rank by popularity.</summary>
internal sealed class ClickItems
{
    public ClickItems(int seed)
    {
        Random random = Seeds.For(seed, 1, 0);
        var categories = new ZipfSampler(ClickWorld.Categories, 0.7);
        var centres = new float[ClickWorld.Categories * ClickWorld.Latent];
        for (int i = 0; i < centres.Length; i++)
        {
            centres[i] = 0.9f * random.Normal();
        }

        for (int item = 0; item < ClickWorld.Items; item++)
        {
            int category = categories.Next(random);
            Category[item] = category;
            for (int d = 0; d < ClickWorld.Latent; d++)
            {
                Taste[item * ClickWorld.Latent + d] = centres[category * ClickWorld.Latent + d] + 0.4f * random.Normal();
            }

            Quality[item] = random.Normal();
            float price = random.Normal();
            float discount = Math.Max(0, random.Normal());
            float freshness = 2 * random.NextSingle() - 1;
            float popularity = (float)(1 - Math.Log(item + 1) / Math.Log(ClickWorld.Items) * 2);
            float[] numbers =
            [
                price, discount, freshness, Quality[item] + 0.7f * random.Normal(), popularity,
                0.5f * Quality[item] - 0.3f * price + 0.6f * random.Normal(), random.Normal(), random.Normal(),
            ];
            numbers.CopyTo(Numbers, item * ClickWorld.ItemNumbers);
        }
    }

    /// <summary>[items].</summary>
    public long[] Category { get; } = new long[ClickWorld.Items];

    /// <summary>[items, latent]: the properties that users like or dislike; hidden from the ranker.</summary>
    public float[] Taste { get; } = new float[ClickWorld.Items * ClickWorld.Latent];

    /// <summary>[items]; hidden from the ranker.</summary>
    public float[] Quality { get; } = new float[ClickWorld.Items];

    /// <summary>[items, numbers]: price, discount, freshness, rating, popularity, past click rate, two without meaning.</summary>
    public float[] Numbers { get; } = new float[ClickWorld.Items * ClickWorld.ItemNumbers];
}
