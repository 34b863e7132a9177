using Inference;
using OptimizeAndServe.Serving;

namespace OptimizeAndServe.World;

/// <summary>
/// Rows for the tool <c>inference</c>: calib.npz for calibration, search.npz for selection, test.npz for the report. A row is one item shown to one user: the ranker's inputs, and whether it was
/// clicked.
/// </summary>
internal static class ImpressionFiles
{
    private const int Items = 100;

    /// <summary>Writes the files that do not exist yet.</summary>
    /// <param name="folder">The folder to write to.</param>
    /// <param name="world">The source of the requests.</param>
    /// <param name="requests">The number of requests of 100 items in each file.</param>
    public static void Write(string folder, ClickWorld world, int requests)
    {
        Directory.CreateDirectory(folder);
        var users = new ZipfSampler(ClickWorld.Users, 0.8);
        foreach ((string name, int stream) in ((string, int)[])[("calib", ModelFiles.FittingStream), ("search", ModelFiles.TuningStream), ("test", ModelFiles.ReportStream)])
        {
            string path = Path.Combine(folder, name + ".npz");
            if (!File.Exists(path))
            {
                ClickRequest[] rows = [.. Enumerable.Range(0, requests).SelectMany(i => Split(world.Request(stream, i, users, Items)))];
                using var inputs = new RequestInputs(rows);
                using TensorValue clicked = TensorValue.Copy<long>([.. rows.Select(r => r.Clicked[0] ? 1L : 0L)], [rows.Length]);
                NpzWriter.Write(path, inputs.Values.Select(v => (v.Key, (TensorValue)v.Value)).Append(("clicked", clicked)));
            }
        }
    }

    private static IEnumerable<ClickRequest> Split(ClickRequest request) => request.Items.Select((item, i) => new ClickRequest
    {
        User = request.User,
        UserRank = request.UserRank,
        UserCategories = request.UserCategories,
        UserNumbers = request.UserNumbers,
        History = request.History,
        Context = request.Context,
        Items = [item],
        Numbers = request.Numbers[(i * ClickWorld.ItemNumbers)..((i + 1) * ClickWorld.ItemNumbers)],
        Clicked = [request.Clicked[i]],
    });
}
