using OptimizeAndServe.World;

namespace CaseStudy.Measuring;

/// <summary>
/// The requests of one distribution of users. Users click on: before a tenth of the requests the user has clicked once more, so that what was kept of them no longer fits.
/// </summary>
internal sealed class RequestStream
{
    private const double ClickShare = 0.1;

    /// <param name="world">Where they come from.</param>
    /// <param name="exponent">Of the Zipf distribution of users.</param>
    /// <param name="first">Number of the first one.</param>
    /// <param name="count">Requests to make.</param>
    /// <param name="items">Items of each.</param>
    public RequestStream(ClickWorld world, double exponent, int first, int count, int items)
    {
        Exponent = exponent;
        var users = new ZipfSampler(ClickWorld.Users, exponent);
        var clicks = new Dictionary<int, int>();
        var random = new Random(7);
        Requests = new ClickRequest[count];
        for (int i = 0; i < count; i++)
        {
            Requests[i] = world.Request(6 + (int)(exponent * 10), first + i, users, items, rank =>
            {
                int now = clicks.GetValueOrDefault(rank) + (random.NextDouble() < ClickShare ? 1 : 0);
                clicks[rank] = now;
                return now;
            });
        }
    }

    /// <summary>Of the Zipf distribution of users.</summary>
    public double Exponent { get; }

    public ClickRequest[] Requests { get; }
}
