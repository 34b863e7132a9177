using Inference.Status;
using Inference.TestSupport;
using Inference.Versioning.Watching;

namespace Inference.Versioning.Tests;

/// <summary>Changes of directories are notified, by one watcher for all.</summary>
public sealed class WatchingTests : IDisposable
{
    private readonly TempRepository _repository = new();
    private int _changes;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Watch_FileInASubdirectoryMadeLater_IsNotified()
    {
        using DirectoryWatch watch = DirectoryWatch.Start(_repository.Root, Changed);
        Assert.Null(watch.Problem);
        Directory.CreateDirectory(Path.Combine(_repository.Root, "1"));
        await Eventually.TrueAsync(() => Volatile.Read(ref _changes) > 0);
        await Task.Delay(100);
        int before = Volatile.Read(ref _changes);
        await File.WriteAllTextAsync(Path.Combine(_repository.Root, "1", "model.onnx"), "1");
        await Eventually.TrueAsync(() => Volatile.Read(ref _changes) > before);
    }

    [Fact]
    public async Task Watch_DirectoryDeletedAndMadeAgain_IsWatchedAgain()
    {
        string directory = Path.Combine(_repository.Root, "models");
        Directory.CreateDirectory(directory);
        using DirectoryWatch watch = DirectoryWatch.Start(directory, Changed);
        Directory.Delete(directory);
        await Eventually.TrueAsync(() => watch.Problem is not null);
        Assert.False(watch.TryRearm());
        Directory.CreateDirectory(directory);
        Assert.True(watch.TryRearm());
        int before = Volatile.Read(ref _changes);
        await File.WriteAllTextAsync(Path.Combine(directory, "x"), "1");
        await Eventually.TrueAsync(() => Volatile.Read(ref _changes) > before);
    }

    [Fact]
    public async Task Watch_TwoOfOneDirectory_AreIndependent()
    {
        int others = 0;
        using DirectoryWatch watch = DirectoryWatch.Start(_repository.Root, Changed);
        DirectoryWatch other = DirectoryWatch.Start(_repository.Root, () => Interlocked.Increment(ref others));
        await File.WriteAllTextAsync(Path.Combine(_repository.Root, "x"), "1");
        await Eventually.TrueAsync(() => Volatile.Read(ref _changes) > 0 && Volatile.Read(ref others) > 0);
        other.Dispose();
        await Task.Delay(100);
        (int before, int othersBefore) = (Volatile.Read(ref _changes), Volatile.Read(ref others));
        await File.WriteAllTextAsync(Path.Combine(_repository.Root, "y"), "1");
        await Eventually.TrueAsync(() => Volatile.Read(ref _changes) > before);
        Assert.Equal(othersBefore, Volatile.Read(ref others));
    }

    [UnixFact]
    public async Task Open_TwoHundredModels_TakeOneInotifyInstance()
    {
        var runners = new List<VersionedModelRunner>();
        var repositories = new List<TempRepository>();
        try
        {
            // Made by now, should other tests have made none.
            DirectoryWatch.Start(_repository.Root, Changed).Dispose();
            int before = Instances();
            for (int i = 0; i < 200; i++)
            {
                var repository = new TempRepository();
                repositories.Add(repository);
                repository.Publish("1");
                runners.Add(await ModelRepository.OpenAsync(repository.Root, repository.Loader, new ModelRepositoryOptions { Versioning = new VersioningOptions { Debounce = TimeSpan.Zero } }));
            }

            Assert.Equal(before, Instances());
            Assert.All(runners, r => Assert.Equal(ModelState.Ready, r.State));
            repositories[^1].Publish("2");
            repositories[0].Publish("2");
            await Eventually.TrueAsync(() => runners[^1].Info.Version == "2" && runners[0].Info.Version == "2");
        }
        finally
        {
            foreach (VersionedModelRunner runner in runners)
            {
                await runner.DisposeAsync();
            }

            repositories.ForEach(r => r.Dispose());
        }
    }

    [Fact]
    public async Task Open_RepositoryDeletedAndMadeAgain_IsSaidAndFollowed()
    {
        _repository.Publish("1");
        await using VersionedModelRunner runner = await ModelRepository.OpenAsync(
            _repository.Root, _repository.Loader, new ModelRepositoryOptions { Versioning = new VersioningOptions { Debounce = TimeSpan.Zero, StateDirectory = _repository.Root + "-state", PollInterval = TimeSpan.FromMilliseconds(100) } });
        Directory.Delete(_repository.Root, recursive: true);
        await Eventually.TrueAsync(() => runner.State == ModelState.Degraded);
        Assert.Equal("1", await TempRepository.ServedAsync(runner));
        Directory.CreateDirectory(_repository.Root);
        _repository.Publish("1");
        _repository.Publish("2");
        await Eventually.TrueAsync(() => runner.Info.Version == "2" && runner.State == ModelState.Ready);
        Directory.Delete(_repository.Root + "-state", recursive: true);
    }

    private static int Instances() => Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.Contains("inotify", StringComparison.Ordinal) == true);

    private void Changed() => Interlocked.Increment(ref _changes);
}
