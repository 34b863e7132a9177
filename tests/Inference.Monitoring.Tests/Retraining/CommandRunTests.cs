using System.Diagnostics;
using Inference.Monitoring.Retraining;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Retraining;

public sealed class CommandRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RetrainingCommandOptions _options = new() { FileName = "/bin/sh", Timeout = TimeSpan.FromSeconds(60) };

    private readonly string _mark = Guid.NewGuid().ToString("N");

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Run_Succeeds_SeesBundleAndItsWorkingFolderIsGone()
    {
        CommandResult result = await RunAsync("echo $INFERENCE_MODEL $INFERENCE_VERSION \"$1\" {model}; touch here; cat $INFERENCE_BUNDLE/reason.json", "{bundle}");
        Assert.Null(result.Error);
        Assert.Equal($"ranker 7 {_folder.File("bundle")} ranker\nwhy", result.Output);
        Assert.False(Directory.Exists(_folder.File("work")));
    }

    [UnixFact]
    public async Task Run_Fails_SaysTheCode()
    {
        CommandResult result = await RunAsync("echo bad >&2; exit 3");
        Assert.Contains("code 3", result.Error, StringComparison.Ordinal);
        Assert.Equal("bad", result.Output);
    }

    [UnixFact]
    public async Task Run_NoSuchProgram_SaysSo()
    {
        _options.FileName = "/nowhere/at all";
        Assert.Contains("could not be started", (await RunAsync("x")).Error, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Run_Hangs_IsKilledWithItsTree()
    {
        _options.Timeout = TimeSpan.FromSeconds(1.5);
        CommandResult result = await RunAsync("(setsid sleep 4242 & echo $! > ../detached); sleep 4243 & echo $! > ../child; wait");
        Assert.Contains("did not end within", result.Error, StringComparison.Ordinal);
        await GoneAsync("child");
        if (OperatingSystem.IsLinux())
        {
            await GoneAsync("detached");
        }
    }

    [UnixFact]
    public async Task Run_Cancelled_IsKilled()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("sleep 4244 & echo $! > ../child; wait", cancellationToken: cancel.Token));
        await GoneAsync("child");
    }

    [UnixFact]
    public async Task Run_CancelledWhileItRuns_IsKilledOnTheCancellingThread()
    {
        using var cancel = new CancellationTokenSource();
        Task<CommandResult> run = RunAsync("echo $$ > ../child.tmp; mv ../child.tmp ../child; exec sleep 4246", cancellationToken: cancel.Token);
        for (int i = 0; i < 200 && !File.Exists(_folder.File("child")); i++)
        {
            await Task.Delay(50);
        }

        // A process that ends after this does not wait for the run.
#pragma warning disable CA1849
        cancel.Cancel();
#pragma warning restore CA1849
        await GoneAsync("child");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [UnixFact]
    public async Task Run_WritesWithoutEnd_IsKilled()
    {
        _options.MaxFolderBytes = 1 << 20;
        CommandResult result = await RunAsync("while :; do head -c 300000 /dev/zero >> big; sleep 0.02; done");
        Assert.Contains("wrote more than", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("work")));
    }

    [UnixFact]
    public async Task Run_PrintsMuch_KeepsTheEnd()
    {
        _options.MaxOutputBytes = 10;
        CommandResult result = await RunAsync("head -c 20000000 /dev/zero | tr '\\0' x; echo; echo the end");
        Assert.Null(result.Error);
        Assert.Equal("x\nthe end", result.Output);
    }

    [UnixFact]
    public async Task Run_LeavesAChildThatHoldsTheOutput_EndsAnyway()
    {
        long started = Stopwatch.GetTimestamp();
        CommandResult result = await RunAsync("sleep 4245 & echo $! > ../child");
        Assert.Null(result.Error);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
        if (OperatingSystem.IsLinux())
        {
            await GoneAsync("child");
        }
    }

    private async Task<CommandResult> RunAsync(string script, string? argument = null, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(_folder.File("bundle"));
        await File.WriteAllTextAsync(_folder.File("bundle/reason.json"), "why", CancellationToken.None);
        _options.Arguments.Clear();
        foreach (string part in new[] { "-c", script, "sh", argument ?? "" })
        {
            _options.Arguments.Add(part);
        }

        var bundle = new RetrainingBundle { Id = "b", Path = _folder.File("bundle"), ModelName = "ranker", ModelVersion = "7", ModelDigest = "", Reasons = [], At = default, LabelledRows = 0 };
        return await CommandRun.RunAsync(_options, bundle, _mark, _folder.File("work"), TimeProvider.System, cancellationToken);
    }

    private async Task GoneAsync(string file)
    {
        int id = int.Parse(await File.ReadAllTextAsync(_folder.File(file)), System.Globalization.CultureInfo.InvariantCulture);
        for (int i = 0; i < 100 && IsAlive(id); i++)
        {
            await Task.Delay(50);
        }

        Assert.False(IsAlive(id), $"process {id} is still there");
    }

    // One that was killed is a zombie until somebody asks for it.
    private static bool IsAlive(int id) => File.Exists($"/proc/{id}/stat") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
}
