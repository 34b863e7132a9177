// usage: see eng/decisions.sh and eng/publishing.sh.
using System.Globalization;
using Inference.Replicas;
using Inference.Versioning;

switch (args)
{
    case ["run", .. var numbers] when numbers.Length <= 2:
        ReplicaReport report = await ReplicaRun.RunAsync(numbers.Length > 0 ? Number(numbers[0]) : 60, numbers.Length > 1 ? Number(numbers[1]) : 1).ConfigureAwait(false);
        return Tell(report, report.Faults);
    case ["kill", var kills, var seed]:
        EditReport killed = await EditRun.KillAsync(Number(kills), Number(seed)).ConfigureAwait(false);
        return Tell(killed, killed.Faults);
    case ["promote", var steps, var processes, var threads, var seed]:
        EditReport promoted = await EditRun.PromoteAsync(Number(steps), Number(processes), Number(threads), Number(seed)).ConfigureAwait(false);
        return Tell(promoted, promoted.Faults);
    case ["edit", var root, var name, var seed, var threads, var steps, var kind]:
        await new EditWorker(root, name, Number(seed), Number(threads), Number(steps), kind == "promote").RunAsync().ConfigureAwait(false);
        return 0;
    case ["work", var root, var rollout, var name, var seed]:
        await new ReplicaWorker(root, Enum.Parse<RolloutMode>(rollout), name, Number(seed)).RunAsync().ConfigureAwait(false);
        return 0;
    default:
        Console.Error.WriteLine("usage: Inference.Replicas run [STEPS] [SEED] | kill KILLS SEED | promote STEPS PROCESSES THREADS SEED");
        return 64;
}

static int Tell(object report, IReadOnlyList<string> faults)
{
    foreach (string fault in faults)
    {
        Console.WriteLine(fault);
    }

    Console.WriteLine(report);
    return faults.Count == 0 ? 0 : 1;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
