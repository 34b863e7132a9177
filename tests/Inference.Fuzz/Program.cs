// usage: Inference.Fuzz N SEED MODELS [COUNT]; see eng/fuzz.sh. With --worker FIRST LAST SEED MODELS COUNT it runs those mutants in this process.
using System.Globalization;
using Inference.Fuzz;

if (args is ["--worker", var first, var last, var workerSeed, var workerFolder, var models])
{
    return Worker.Run(new Corpus(workerFolder, Number(models)), Number(first), Number(last), Number(workerSeed));
}

if (args.Length < 3 || !Directory.Exists(args[2]))
{
    Console.Error.WriteLine("usage: Inference.Fuzz N SEED MODELS [COUNT]: the number of mutants, a seed, a folder of models, how many of its smallest to use (20).");
    return 64;
}

var corpus = new Corpus(args[2], args.Length > 3 ? Number(args[3]) : 20);
return await new Watchdog(corpus, args[2], Number(args[0]), Number(args[1])).RunAsync().ConfigureAwait(false);

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
