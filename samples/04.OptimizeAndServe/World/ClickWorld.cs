using System.Numerics.Tensors;

namespace OptimizeAndServe.World;

/// <summary>
/// A synthetic shop with known preferences: logit of a click = taste(user)·taste(item) + quality − thrift·price + bargains·discount + effects of hour, age and device by category.
/// Everything follows from the seed.
/// </summary>
internal sealed class ClickWorld
{
    public const int Users = 100_000;
    public const int Items = 20_000;
    public const int Categories = 200;
    public const int Countries = 40;
    public const int Ages = 8;
    public const int Segments = 24;
    public const int Devices = 4;
    public const int Hours = 24;
    public const int Latent = 12;
    public const int UserNumbers = 8;
    public const int ItemNumbers = 8;
    public const int HistoryLength = 50;
    private const float Base = -4.8f;
    private readonly ZipfSampler _popular = new(Items, 0.9);
    private readonly float[] _effects;
    private readonly int _seed;

    public ClickWorld(int seed)
    {
        _seed = seed;
        ItemSet = new ClickItems(seed);
        UserSet = new ClickUsers(seed);
        Random random = Seeds.For(seed, 3, 0);
        _effects = new float[(Hours + Ages + Devices) * Categories];
        for (int i = 0; i < _effects.Length; i++)
        {
            _effects[i] = 0.3f * random.Normal();
        }
    }

    public ClickItems ItemSet { get; }

    public ClickUsers UserSet { get; }

    /// <summary>The probability that a user clicks an item.</summary>
    public double Probability(int user, int item, long device, long hour) => 1 / (1 + Math.Exp(-Logit(user, item, device, hour)));

    /// <summary>Creates a request; equal arguments give equal requests.</summary>
    /// <param name="stream">The stream of requests: training, test, measurement.</param>
    /// <param name="index">The index in the stream.</param>
    /// <param name="users">Draws the user's rank.</param>
    /// <param name="candidates">Items to rank.</param>
    /// <param name="newClicks">Clicks since the log began, by user rank; null for none.</param>
    public ClickRequest Request(int stream, long index, ZipfSampler users, int candidates, Func<int, int>? newClicks = null)
    {
        Random random = Seeds.For(_seed, 100 + stream, index);
        int rank = users.Next(random);
        int user = UserAt(rank);
        long[] context = [random.Next(Devices), random.Next(Hours)];
        var items = new long[candidates];
        var clicked = new bool[candidates];
        var numbers = new float[candidates * ItemNumbers];
        for (int i = 0; i < candidates; i++)
        {
            // Like a retrieval stage: some items that match the user, some popular ones.
            int item = i % 2 == 0 ? Preferred(user, random, 4) : _popular.Next(random);
            items[i] = item;
            clicked[i] = random.NextDouble() < Probability(user, item, context[0], context[1]);
            ItemSet.Numbers.AsSpan(item * ItemNumbers, ItemNumbers).CopyTo(numbers.AsSpan(i * ItemNumbers));
        }

        return new ClickRequest
        {
            User = user,
            UserRank = rank,
            UserCategories = UserSet.Categories.AsSpan(user * 3, 3).ToArray(),
            UserNumbers = UserSet.Numbers.AsSpan(user * UserNumbers, UserNumbers).ToArray(),
            History = History(user, newClicks?.Invoke(rank) ?? 0),
            Context = context,
            Items = items,
            Numbers = numbers,
            Clicked = clicked,
        };
    }

    /// <summary>The user of a rank by activity: ids do not reveal how active a user is.</summary>
    public static int UserAt(int rank) => (int)(rank * 61_803L % Users);

    /// <summary>The last clicks of a user after a number of clicks beyond the log's.</summary>
    public long[] History(int user, int newClicks)
    {
        var history = new long[HistoryLength];
        for (int i = 0; i < HistoryLength; i++)
        {
            history[i] = Preferred(user, Seeds.For(_seed, 4, user, newClicks + i), 6);
        }

        return history;
    }

    private int Preferred(int user, Random random, int choices)
    {
        int best = 0;
        double bestScore = double.NegativeInfinity;
        for (int c = 0; c < choices; c++)
        {
            int item = c % 2 == 0 ? _popular.Next(random) : random.Next(Items);
            double score = Match(user, item) - Math.Log(-Math.Log(1 - random.NextDouble()));
            if (score > bestScore)
            {
                (best, bestScore) = (item, score);
            }
        }

        return best;
    }

    private double Logit(int user, int item, long device, long hour)
    {
        int category = (int)ItemSet.Category[item];
        long age = UserSet.Categories[user * 3 + 1];
        return Base + Match(user, item)
            + _effects[hour * Categories + category] + _effects[(Hours + age) * Categories + category] + _effects[(Hours + Ages + device) * Categories + category];
    }

    private double Match(int user, int item)
    {
        float taste = TensorPrimitives.Dot(UserSet.Taste.AsSpan(user * Latent, Latent), ItemSet.Taste.AsSpan(item * Latent, Latent));
        ReadOnlySpan<float> numbers = ItemSet.Numbers.AsSpan(item * ItemNumbers, ItemNumbers);
        return 0.9 * taste + 0.6 * ItemSet.Quality[item] - UserSet.Thrift[user] * numbers[0] + UserSet.Bargains[user] * numbers[1] + 0.3 * numbers[2];
    }
}
