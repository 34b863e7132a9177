// usage: Inference.Rows claims FOLDER… | random [N] [SEED] | save SEED FILE; see eng/rows.sh.
using System.Globalization;
using Inference.Rows;
using Inference.Rows.Generation;

switch (args)
{
    case ["claims", .. var folders] when folders.Length > 0:
        return Claims.Print(folders);
    case ["random", .. var numbers] when numbers.Length <= 2:
        return new RandomRows().Run(numbers.Length > 0 ? Number(numbers[0]) : 1000, numbers.Length > 1 ? Number(numbers[1]) : 1);
    case ["save", var seed, var file]:
        File.WriteAllBytes(file, RandomModel.Make(Number(seed)).ToArray());
        return 0;
    default:
        Console.Error.WriteLine("usage: Inference.Rows claims FOLDER… | random [N] [SEED] | save SEED FILE");
        return 64;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
