using System.Globalization;
using Inference.Benchmarks.Soak;
using Inference.Versioning;

namespace Inference.Benchmarks.Versioning;

/// <summary><c>repositories [--models 200]</c>: many versioned models in one process, with default options: time to start, watchers taken, time from a publication to the first answer of the new version; exit code 2 when one is not followed within 30 s.</summary>
public static class RepositoriesCommand
{
    private const int Published = 20;

    public static async Task<int> RunAsync(string[] args)
    {
        int models = Array.IndexOf(args, "--models") is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 200;
        string root = Path.Combine(Path.GetTempPath(), "inference-repositories-" + Guid.NewGuid().ToString("N"));
        var runners = new List<VersionedModelRunner>();
        try
        {
            byte[] first = SoakModel.Make(1);
            for (int i = 0; i < models; i++)
            {
                Directory.CreateDirectory(Repository(i));
                SoakModel.Publish(Repository(i), "1", first);
            }

            int before = Watchers();
            long started = TimeProvider.System.GetTimestamp();
            for (int i = 0; i < models; i++)
            {
                runners.Add(await ModelRepository.OpenAsync(Repository(i), ModelLoader.Default).ConfigureAwait(false));
            }

            double start = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            int watchers = Watchers() - before;
            var seen = new List<double>();
            byte[] second = SoakModel.Make(2);
            for (int i = 0; i < Published; i++)
            {
                int model = i * models / Published;
                SoakModel.Publish(Repository(model), "2", second);
                started = TimeProvider.System.GetTimestamp();
                while (runners[model].Info.Version != "2" && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
                {
                    await Task.Delay(5).ConfigureAwait(false);
                }

                seen.Add(TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            }

            seen.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{models} versioned models: started in {start:F1} s, {watchers} inotify instances, a published version served after {seen[Published / 2]:F2} s (median of {Published}), at most {seen[^1]:F2} s"));
            return seen[^1] < 30 ? 0 : 2;
        }
        finally
        {
            foreach (VersionedModelRunner runner in runners)
            {
                await runner.DisposeAsync().ConfigureAwait(false);
            }

            Directory.Delete(root, recursive: true);
        }

        string Repository(int model) => Path.Combine(root, model.ToString(CultureInfo.InvariantCulture));
    }

    private static int Watchers() => Directory.Exists("/proc/self/fd")
        ? Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.Contains("inotify", StringComparison.Ordinal) == true)
        : 0;
}
