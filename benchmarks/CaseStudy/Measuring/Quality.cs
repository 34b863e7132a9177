using CaseStudy.Steps;
using OptimizeAndServe.Serving;
using OptimizeAndServe.World;

namespace CaseStudy.Measuring;

/// <summary>The quality of a step on requests that no model was trained or calibrated on.</summary>
internal sealed class Quality
{
    public const int LeastRows = 5000;
    private readonly ClickRequest[] _requests;
    private readonly bool[] _clicked;
    private readonly Dictionary<string, int[]> _slices;

    public Quality(ClickWorld world, int requests, int items)
    {
        var users = new ZipfSampler(ClickWorld.Users, 0.8);
        _requests = [.. Enumerable.Range(0, requests).Select(i => world.Request(3, i, users, items))];
        _clicked = [.. _requests.SelectMany(r => r.Clicked)];
        _slices = Slice(world, items);
    }

    public int Rows => _clicked.Length;

    public double ClickShare => _clicked.Count(c => c) / (double)Rows;

    public IReadOnlyCollection<string> Slices => _slices.Keys;

    public float[] Score(Step step)
    {
        var scores = new float[Rows];
        using ICaller caller = step.NewCaller();
        int width = _requests[0].Items.Length;
        for (int r = 0; r < _requests.Length; r++)
        {
            caller.Run(_requests[r], scores.AsSpan(r * width, width));
        }

        return scores;
    }

    public double Overall(float[] scores) => Auc.Of(scores, _clicked);

    public double OfSlice(string name, float[] scores)
    {
        int[] rows = _slices[name];
        return Auc.Of(Array.ConvertAll(rows, r => scores[r]), Array.ConvertAll(rows, r => _clicked[r]));
    }

    public int SliceRows(string name) => _slices[name].Length;

    private Dictionary<string, int[]> Slice(ClickWorld world, int items)
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

        return slices.Where(s => s.Value.Count >= LeastRows).OrderBy(s => s.Key, StringComparer.Ordinal).ToDictionary(s => s.Key, s => s.Value.ToArray());
    }
}
