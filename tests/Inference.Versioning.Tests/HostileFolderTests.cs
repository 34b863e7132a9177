using System.Diagnostics;
using System.Text;
using Inference.Status;
using Inference.TestSupport;

namespace Inference.Versioning.Tests;

/// <summary>Whatever lies in one version's directory, the others serve, follow and are decided on.</summary>
public sealed class HostileFolderTests : IDisposable
{
    private static readonly string[] s_manifests =
    [
        """{"format":1,"labels":[null]}""", """{"format":1,"labels":["", "x"]}""", """{"format":1,"labels":null,"files":{"model.onnx":null}}""", """{"format":1,"files":{"":"00"}}""",
        """{"format":1,"files":{"../../etc/passwd":"00"}}""", """{"format":9}""", "null", "[]", "{", "\"\\ud800\"", """{"format":1e400}""", """{"format":1,"labels":{"a":1}}""",
        """{"format":1,"golden":{"cases":null}}""", """{"format":1,"golden":{"cases":[null]}}""", """{"format":1,"golden":{"cases":[{"inputs":null,"outputs":null}]}}""", """{"format":1,"digest":5}""",
        """{"format":1,"signature":{"algorithm":null}}""", "\ufeff{\"format\":1}", new string('[', 100_000), "{\"format\":1,\"labels\":[\"" + new string('x', 200_000) + "\"]}",
    ];

    private readonly TempRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [UnixFact]
    public async Task Open_TwoHundredHostileDirectoriesBesideGoodOnes_GoodOnesServeAndFollow()
    {
        var random = new Random(11);
        for (int i = 0; i < 200; i++)
        {
            Spoil(_repository.Publish($"{i + 100}", "corrupt"), random);
        }

        _repository.Publish("1");
        await using VersionedModelRunner runner = await Bounded(_repository.OpenAsync(o => o.Debounce = TimeSpan.Zero));
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        _repository.Publish("400");
        await Bounded(runner.Versions.RefreshAsync().AsTask());
        Assert.Equal("400", await TempRepository.ServedAsync(runner));
        await Bounded(runner.Versions.RollbackAsync("tester", "to see that it works").AsTask());
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
    }

    [UnixFact]
    public async Task Open_LinksToTheDirectoryItself_AreNotFollowed()
    {
        string good = _repository.Publish("1");
        for (int i = 0; i < 8; i++)
        {
            Directory.CreateSymbolicLink(Path.Combine(good, $"again{i}"), ".");
        }

        await using VersionedModelRunner runner = await Bounded(_repository.OpenAsync());
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Equal(ModelState.Ready, runner.State);
    }

    [UnixFact]
    public async Task Open_PipesInPlaceOfFiles_DoNotHang()
    {
        _repository.Publish("1");
        foreach ((string version, string file) in new[] { ("2", "model.onnx"), ("3", "manifest.json"), ("4", "extra.bin") })
        {
            string path = Path.Combine(_repository.Publish(version, "corrupt"), file);
            File.Delete(path);
            Pipe(path);
        }

        // A link to a pipe has a length of its own.
        string linked = _repository.Publish("5", "corrupt");
        Pipe(Path.Combine(_repository.Root, ".pipe"));
        File.CreateSymbolicLink(Path.Combine(linked, "manifest.json"), Path.Combine(_repository.Root, ".pipe"));
        await using VersionedModelRunner runner = await Bounded(_repository.OpenAsync());
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
    }

    [Fact]
    public async Task Refresh_DirectoryBeyondTheLimits_IsSetAsideAndHealthSaysSo()
    {
        _repository.Publish("1");
        string deep = _repository.Publish("2");
        for (int i = 0; i < 20; i++)
        {
            deep = Path.Combine(deep, "d");
        }

        Directory.CreateDirectory(deep);
        await using VersionedModelRunner runner = await _repository.OpenAsync();
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Assert.Equal(ModelState.Degraded, runner.State);
        Assert.Contains("version '2': expected directories at most 16 deep", runner.Description, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(_repository.Root, "2"), recursive: true);
        await runner.Versions.RefreshAsync();
        Assert.Equal(ModelState.Ready, runner.State);
    }

    [Fact]
    public async Task Latest_NamesThatAreNoNumbers_AreNotTheNewest()
    {
        foreach (string version in new[] { "7", "7.bak", "old", "copy", "8-rc1", "8" })
        {
            _repository.Publish(version, "8");
        }

        await using VersionedModelRunner runner = await _repository.OpenAsync(o => o.KeepLatest = 0);
        Assert.Equal("8", runner.Info.Version);
        _repository.Publish("old2", "9");
        await runner.Versions.RefreshAsync();
        Assert.Equal("8", runner.Info.Version);
        _repository.Publish("v9", "9");
        await runner.Versions.RefreshAsync();
        Assert.Equal("v9", runner.Info.Version);
    }

    [UnixFact]
    public async Task Open_HostileStateDirectories_ServeAllTheSame()
    {
        var random = new Random(12);
        string[] texts = ["", "{}", "null", "\0\0\0", "{\"format\":1}", "{\"sequence\":1}\n", "[1,2", new string('x', 100_000), "{\"sequence\":1,\"hash\":null,\"previous\":null}\n{}\n"];
        for (int i = 0; i < 40; i++)
        {
            using var repository = new TempRepository();
            repository.Publish("1");
            Directory.CreateDirectory(repository.StateDirectory);
            foreach (string name in new[] { "decisions.jsonl", "state.json", "decisions.lock" })
            {
                string file = Path.Combine(repository.StateDirectory, name);
                switch (random.Next(6))
                {
                    case 0:
                        Pipe(file);
                        break;
                    case 1:
                        Directory.CreateDirectory(file);
                        break;
                    case 2:
                        File.CreateSymbolicLink(file, random.Next(2) == 0 ? "/dev/zero" : file);
                        break;
                    case 3:
                        File.WriteAllText(file, texts[random.Next(texts.Length)]);
                        break;
                    default:
                        break;
                }
            }

            await using VersionedModelRunner runner = await Bounded(Task.Run(() => repository.OpenAsync(o => o.Debounce = TimeSpan.Zero)));
            Assert.Equal("1", await TempRepository.ServedAsync(runner));
        }
    }

    private static async Task<T> Bounded<T>(Task<T> task) => await task.WaitAsync(TimeSpan.FromSeconds(60));

    private static async Task Bounded(Task task) => await task.WaitAsync(TimeSpan.FromSeconds(60));

    private static void Pipe(string path)
    {
        using Process? process = Process.Start("mkfifo", [path]);
        process!.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static void Spoil(string directory, Random random)
    {
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            string file = Path.Combine(directory, random.Next(4) switch { 0 => "model.onnx", 1 => "manifest.json", 2 => "weights.bin", _ => $"f{random.Next(1000)}" });
            File.Delete(file);
            switch (random.Next(9))
            {
                case 0:
                    Pipe(file);
                    break;
                case 1:
                    Directory.CreateSymbolicLink(file, ".");
                    break;
                case 2:
                    File.CreateSymbolicLink(file, random.Next(2) == 0 ? "/dev/zero" : file);
                    break;
                case 3:
                    Directory.CreateDirectory(file);
                    return;
                case 4:
                    File.WriteAllBytes(file, new byte[random.Next(200_000)]);
                    break;
                case 5:
                    File.WriteAllText(file, "x");
                    if (!OperatingSystem.IsWindows())
                    {
                        File.SetUnixFileMode(file, UnixFileMode.None);
                    }

                    break;
                case 6:
                    File.WriteAllText(Path.Combine(directory, "manifest.json.tmp"), "x", Encoding.Unicode);
                    break;
                default:
                    if (!Directory.Exists(Path.Combine(directory, "manifest.json")))
                    {
                        File.Delete(Path.Combine(directory, "manifest.json"));
                        File.WriteAllText(Path.Combine(directory, "manifest.json"), s_manifests[random.Next(s_manifests.Length)]);
                    }

                    break;
            }
        }
    }
}
