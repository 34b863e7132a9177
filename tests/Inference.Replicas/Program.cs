// usage: see eng/decisions.sh.
using System.Globalization;
using Inference.Replicas;
using Inference.Versioning;

switch (args)
{
    case ["run", .. var numbers] when numbers.Length <= 2:
        ReplicaReport report = await ReplicaRun.RunAsync(numbers.Length > 0 ? Number(numbers[0]) : 60, numbers.Length > 1 ? Number(numbers[1]) : 1).ConfigureAwait(false);
        foreach (string fault in report.Faults)
        {
            Console.WriteLine(fault);
        }

        Console.WriteLine(report);
        return report.Faults.Count == 0 ? 0 : 1;
    case ["work", var root, var rollout, var name, var seed]:
        await new ReplicaWorker(root, Enum.Parse<RolloutMode>(rollout), name, Number(seed)).RunAsync().ConfigureAwait(false);
        return 0;
    default:
        Console.Error.WriteLine("usage: Inference.Replicas run [STEPS] [SEED]");
        return 64;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
