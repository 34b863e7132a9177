// usage: see eng/feedback-crash.sh.
using System.Globalization;
using Inference.FeedbackCrash;

switch (args)
{
    case ["run", .. var numbers] when numbers.Length <= 2:
        CrashReport report = await CrashRun.RunAsync(numbers.Length > 0 ? Number(numbers[0]) : 10, numbers.Length > 1 ? Number(numbers[1]) : 1).ConfigureAwait(false);
        foreach (string fault in report.Faults)
        {
            Console.WriteLine(fault);
        }

        Console.WriteLine(report);
        return report.Faults.Count == 0 ? 0 : 1;
    case ["work", var path, var again, var seed]:
        await new CrashWorker(path, again, Number(seed)).RunAsync().ConfigureAwait(false);
        return 0;
    case ["full", var path]:
        return await FullDisk.RunAsync(path).ConfigureAwait(false);
    default:
        Console.Error.WriteLine("usage: Inference.FeedbackCrash run [KILLS] [SEED]");
        return 64;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
