namespace OptimizeAndServe.World;

/// <summary>The users: their true properties, and the features known to a service.</summary>
internal sealed class ClickUsers
{
    public ClickUsers(int seed)
    {
        Random random = Seeds.For(seed, 2, 0);
        var interests = new float[ClickWorld.Segments * ClickWorld.Latent];
        for (int i = 0; i < interests.Length; i++)
        {
            interests[i] = random.Normal();
        }

        var countries = new ZipfSampler(ClickWorld.Countries, 1);
        for (int user = 0; user < ClickWorld.Users; user++)
        {
            int first = random.Next(ClickWorld.Segments);
            int second = random.Next(ClickWorld.Segments);
            for (int d = 0; d < ClickWorld.Latent; d++)
            {
                Taste[user * ClickWorld.Latent + d] =
                    0.55f * interests[first * ClickWorld.Latent + d] + 0.3f * interests[second * ClickWorld.Latent + d] + 0.3f * random.Normal();
            }

            Thrift[user] = 0.4f + 0.5f * random.Normal();
            Bargains[user] = 0.3f + 0.4f * random.Normal();
            long[] categories = [countries.Next(random), random.Next(ClickWorld.Ages), random.NextDouble() < 0.7 ? first : random.Next(ClickWorld.Segments)];
            categories.CopyTo(Categories, user * 3);
            float[] numbers =
            [
                Thrift[user] + 0.4f * random.Normal(), Bargains[user] + 0.4f * random.Normal(), random.Normal(), 0.8f * random.Normal() - 0.5f * Thrift[user],
                random.Normal(), random.Normal(), Taste[user * ClickWorld.Latent] + random.Normal(), random.Normal(),
            ];
            numbers.CopyTo(Numbers, user * ClickWorld.UserNumbers);
        }
    }

    /// <summary>[users, latent]; hidden from the ranker.</summary>
    public float[] Taste { get; } = new float[ClickWorld.Users * ClickWorld.Latent];

    /// <summary>[users]: the aversion to high prices; hidden from the ranker.</summary>
    public float[] Thrift { get; } = new float[ClickWorld.Users];

    /// <summary>[users]: the attraction of discounts; hidden from the ranker.</summary>
    public float[] Bargains { get; } = new float[ClickWorld.Users];

    /// <summary>[users, 3]: country, age, segment.</summary>
    public long[] Categories { get; } = new long[ClickWorld.Users * 3];

    /// <summary>[users, numbers].</summary>
    public float[] Numbers { get; } = new float[ClickWorld.Users * ClickWorld.UserNumbers];
}
