using Inference;
using OptimizeAndServe.Serving;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Tuning;

/// <summary>Requests that quality is judged on, overall and by slice. No model is trained on their stream.</summary>
internal sealed class QualityRows
{
    private readonly ClickRequest[] _requests;
    private readonly bool[] _clicked;
    private readonly Dictionary<string, int[]> _slices;

    /// <param name="world">The source of the requests.</param>
    /// <param name="stream">The stream of the requests.</param>
    /// <param name="requests">The number of requests.</param>
    /// <param name="items">The number of items per request.</param>
    /// <param name="leastRows">The minimum number of rows of a slice.</param>
    public QualityRows(ClickWorld world, int stream, int requests, int items, int leastRows)
    {
        var users = new ZipfSampler(ClickWorld.Users, 0.8);
        _requests = new ClickRequest[requests];
        Parallel.For(0, requests, i => _requests[i] = world.Request(stream, i, users, items));
        _clicked = [.. _requests.SelectMany(r => r.Clicked)];
        _slices = Slice(world, items, leastRows);
    }

    public IReadOnlyList<ClickRequest> Requests => _requests;

    public int Rows => _clicked.Length;

    public double ClickShare => _clicked.Count(c => c) / (double)Rows;

    public IReadOnlyCollection<string> Slices => _slices.Keys;

    /// <summary>A model's scores, [requests · items].</summary>
    public float[] Score(IModelRunner model)
    {
        var scores = new float[Rows];
        int width = _requests[0].Items.Length;
        using var inputs = new RequestInputs(_requests[0]);
        for (int r = 0; r < _requests.Length; r++)
        {
            inputs.Write(_requests[r], 0);
            using NamedValues outputs = model.Run(inputs.Values);
            outputs["score"].AsSpan<float>().CopyTo(scores.AsSpan(r * width, width));
        }

        return scores;
    }

    public double Overall(float[] scores) => Auc.Of(scores, _clicked);

    /// <summary>The loss of scores compared with those of the reference.</summary>
    public QualityLoss Loss(float[] reference, float[] scores)
    {
        (double Drop, string Name) worst = _slices.Select(s => (100 * (Of(s.Value, reference) - Of(s.Value, scores)), s.Key)).DefaultIfEmpty((0, "none")).Max();
        return new QualityLoss(100 * (Overall(reference) - Overall(scores)), worst.Drop, worst.Name);
    }

    private double Of(int[] rows, float[] scores) => Auc.Of(Array.ConvertAll(rows, r => scores[r]), Array.ConvertAll(rows, r => _clicked[r]));

    private Dictionary<string, int[]> Slice(ClickWorld world, int items, int leastRows)
    {
        var slices = new Dictionary<string, List<int>>();
        for (int row = 0; row < Rows; row++)
        {
            ClickRequest request = _requests[row / items];
            long item = request.Items[row % items];
            string[] names =
            [
                $"device {request.Context[0]}", $"hours {request.Context[1] / 6 * 6}–{request.Context[1] / 6 * 6 + 5}", $"country {request.UserCategories[0]}", $"age {request.UserCategories[1]}",
                $"segment {request.UserCategories[2]}", $"category {world.ItemSet.Category[item]}",
                request.UserRank < 1000 ? "users, 1,000 most active" : request.UserRank < 10_000 ? "users, next 9,000" : "users, other 90,000",
                item < 1000 ? "items, 1,000 most popular" : item < 5000 ? "items, next 4,000" : "items, other 15,000",
            ];
            foreach (string name in names)
            {
                if (!slices.TryGetValue(name, out List<int>? rows))
                {
                    slices[name] = rows = [];
                }

                rows.Add(row);
            }
        }

        return slices.Where(s => s.Value.Count >= leastRows).OrderBy(s => s.Key, StringComparer.Ordinal).ToDictionary(s => s.Key, s => s.Value.ToArray());
    }
}
