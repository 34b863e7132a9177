using System.Globalization;
using System.Text.Json;
using Inference.Decisions;

namespace Inference.Cluster;

/// <summary>Starts silos and a client as processes, does things to the silos while the client calls, and reports.</summary>
internal sealed class ClusterRun : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_partition = TimeSpan.FromSeconds(30);

    private readonly ClusterSettings _settings;
    private readonly string _folder = Directory.CreateTempSubdirectory("inference-cluster-").FullName;
    private readonly Child?[] _silos;
    private readonly DropProxy[] _proxies;
    private readonly List<Fault> _faults = [];
    private readonly Random _random = new(1);
    private readonly string[] _shared;
    private readonly List<(long Epoch, long Ticks)> _ends = [];
    private double[] _rollbackMs = [];
    private int _rollbacks;

    public ClusterRun(ClusterSettings settings)
    {
        _settings = settings;
        _silos = new Child?[settings.Silos];
        _shared =
        [
            "--store", settings.Store.ToString(), "--connection", settings.Connection, "--silos", Text(settings.Silos), "--port", Text(settings.Port), "--partitions", Text(settings.Partitions), "--callers", Text(settings.Callers), "--warm", Text(settings.WarmUp),
            "--models", Path.Combine(_folder, "models"), "--cluster", Path.GetFileName(_folder),
        ];
        _proxies = settings.Partitions == 0 ? [] : [.. Enumerable.Range(0, settings.Silos).SelectMany(i => new DropProxy[]
        {
            new(settings.AdvertisedSiloPort(i), settings.SiloPort(i)), new(settings.AdvertisedGatewayPort(i), settings.GatewayPort(i)),
        })];
    }

    public async Task<ClusterReport> RunAsync()
    {
        string models = Path.Combine(_folder, "models");
        ClusterModel.Publish(models, "1");
        await Stores.PrepareAsync(_settings).ConfigureAwait(false);
        for (int i = 0; i < _silos.Length; i++)
        {
            await StartAsync(i, measures: i == 0).ConfigureAwait(false);
        }

        TimeSpan measuring = s_patience + TimeSpan.FromMilliseconds(_settings.WarmUp);
        double[] local = await TimesAsync("local ", s_patience).ConfigureAwait(false);
        double[]? across = _settings.Silos > 1 ? await TimesAsync("across ", measuring).ConfigureAwait(false) : null;
        using Child client = Child.Start(Path.Combine(_folder, "client.log"), ["client", .. _shared]);
        await client.LineAsync("ready", measuring).ConfigureAwait(false);

        // Version 1 is the default of the log by now; new versions are only tried. Trials begin after the measurement of calls: each loads and unloads a version in every silo.
        ClusterModel.Publish(models, "2");
        await DisturbAsync().ConfigureAwait(false);
        client.Close();
        string text = await client.LineAsync("{", s_patience).ConfigureAwait(false);
        ClientReport seen = JsonSerializer.Deserialize<ClientReport>(text)!;
        int doubles = await DoublesAsync().ConfigureAwait(false);
        return new ClusterReport
        {
            Store = _settings.Store.ToString().ToLowerInvariant(),
            Silos = _settings.Silos,
            Calls = seen.Calls,
            Wrong = seen.Wrong,
            Failed = seen.Failed,
            Retried = seen.Retried,
            Kills = _faults.Count(static f => f.Kind == "kill"),
            Pauses = _faults.Count(static f => f.Kind == "pause"),
            Partitions = _faults.Count(static f => f.Kind == "partition"),
            RecoveryMs = [.. _faults.Select((f, i) => Recovery(f, i + 1 < _faults.Count ? _faults[i + 1].At : DateTimeOffset.MaxValue, seen.Slow))],
            RejoinMs = [.. _faults.Select(static f => Math.Round((f.Ready - f.At).TotalMilliseconds))],
            LocalP50Us = local[0],
            LocalDirectP50Us = local[1],
            RemoteP50Us = across?[0],
            RemoteP99Us = across?[1],
            ClientP50Us = Math.Round(seen.P50Us, 1),
            ClientP99Us = Math.Round(seen.P99Us, 1),
            DoubleDecisions = doubles,
            Rollbacks = _rollbacks,
            RollbackP50Ms = _rollbackMs.Length == 0 ? 0 : _rollbackMs[_rollbackMs.Length / 2],
            RollbackMaxMs = _rollbackMs.LastOrDefault(),
            CallsPerSecond = Math.Round(seen.CallsPerSecond),
        };
    }

    public void Dispose()
    {
        foreach (Child? silo in _silos)
        {
            silo?.Dispose();
        }

        foreach (DropProxy proxy in _proxies)
        {
            proxy.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    // From the fault until the last call before the next one that was attempted more than once or took long.
    private static double Recovery(Fault fault, DateTimeOffset next, SlowCall[] slow) =>
        Math.Round(slow.Where(c => c.Ended > fault.At && c.Ended < next).Select(c => (c.Ended - fault.At).TotalMilliseconds).DefaultIfEmpty().Max());

    private void TakeEnds(Child? silo) => _ends.AddRange(silo?.Lines(SiloRole.TrialEnded).Select(static l => l.Split(' ')).Select(static p => (long.Parse(p[0], CultureInfo.InvariantCulture), long.Parse(p[1], CultureInfo.InvariantCulture))) ?? []);

    // From each rollback until each silo that was in its trial has ended it. A trial is known by the number of the last rollback, or first default, before it.
    private void SetRollbacks(IEnumerable<Decision> log)
    {
        foreach (Child? silo in _silos)
        {
            TakeEnds(silo);
        }

        var times = new List<double>();
        long epoch = 0;
        foreach (Decision decision in log.Where(static d => d.Action is DecisionActions.Default or DecisionActions.Rollback))
        {
            if (decision.Action == DecisionActions.Rollback)
            {
                _rollbacks++;
                times.AddRange(_ends.Where(e => e.Epoch == epoch).Select(e => Math.Max(0, Math.Round(TimeSpan.FromTicks(e.Ticks - decision.At.UtcTicks).TotalMilliseconds, 1))));
            }

            epoch = decision.Sequence;
        }

        _rollbackMs = [.. times.Order()];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // What the first silo measured.
    private async Task<double[]> TimesAsync(string prefix, TimeSpan patience) =>
        [.. (await _silos[0]!.LineAsync(prefix, patience).ConfigureAwait(false)).Split(' ').Skip(1).Select(static n => double.Parse(n, CultureInfo.InvariantCulture))];

    private async Task StartAsync(int index, bool measures = false)
    {
        TakeEnds(_silos[index]);
        _silos[index]?.Dispose();
        Child silo = _silos[index] = Child.Start(Path.Combine(_folder, $"silo-{index}.log"), ["silo", .. _shared, "--index", Text(index), "--measures", measures ? "1" : "0"]);
        await silo.LineAsync("ready", s_patience).ConfigureAwait(false);
    }

    private async Task DisturbAsync()
    {
        List<string> kinds = [.. Enumerable.Repeat("kill", _settings.Kills), .. Enumerable.Repeat("pause", _settings.Pauses), .. Enumerable.Repeat("partition", _settings.Partitions)];
        TimeSpan step = TimeSpan.FromSeconds(_settings.Seconds) / (kinds.Count + 1);
        await Task.Delay(step).ConfigureAwait(false);
        foreach (string kind in kinds)
        {
            // The memory of a cluster without a store is in its first silo.
            int least = _settings.Store == StoreKind.Memory ? 1 : 0;
            int index = _random.Next(least, _silos.Length);
            DateTimeOffset at = DateTimeOffset.UtcNow;
            await DoAsync(kind, index).ConfigureAwait(false);
            await StartAsync(index).ConfigureAwait(false);
            DateTimeOffset ready = DateTimeOffset.UtcNow;
            _faults.Add(new Fault(kind, index, at, ready));
            TimeSpan left = step - (ready - at);
            await Task.Delay(left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
    }

    private async Task DoAsync(string kind, int index)
    {
        Child silo = _silos[index]!;
        if (kind == "kill")
        {
            silo.Kill();
            return;
        }

        if (kind == "pause")
        {
            await silo.SignalAsync("STOP").ConfigureAwait(false);
            await Task.Delay(s_pause).ConfigureAwait(false);
            await silo.SignalAsync("CONT").ConfigureAwait(false);
        }
        else
        {
            SetDrops(index, true);
            await Task.Delay(s_partition).ConfigureAwait(false);
            SetDrops(index, false);
        }

        // It finds itself declared dead and ends. One that was not missed long enough is ended here.
        if (!await silo.ExitAsync(TimeSpan.FromSeconds(20)).ConfigureAwait(false))
        {
            await Console.Error.WriteLineAsync($"silo {index} went on after a {kind}").ConfigureAwait(false);
            silo.Kill();
        }
    }

    private void SetDrops(int index, bool drops)
    {
        _proxies[2 * index].Drops = drops;
        _proxies[(2 * index) + 1].Drops = drops;
    }

    private async Task<int> DoublesAsync()
    {
        if (await Stores.ReadDecisionsAsync(_settings).ConfigureAwait(false) is { } log)
        {
            SetRollbacks(log);
            return DoubleDecisions.Count(log);
        }

        _silos[0]!.Close();
        string line = await _silos[0]!.LineAsync("double ", s_patience).ConfigureAwait(false);
        return int.Parse(line.AsSpan("double ".Length), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
