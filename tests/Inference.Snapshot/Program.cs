// usage: Inference.Snapshot OUT FOLDER…; see eng/snapshot.sh.
using System.Security.Cryptography;
using System.Text;
using Inference;
using Inference.Snapshot;

const long MaxBytes = 300L << 20;
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: Inference.Snapshot OUT FOLDER…");
    return 64;
}

int models = 0;
var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
using (var file = new StreamWriter(args[0], append: false, new UTF8Encoding(false)))
{
    foreach (string root in args[1..])
    {
        foreach (string model in Directory.GetFiles(root, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string folder = Path.GetDirectoryName(model)!;
            if (new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length) > MaxBytes)
            {
                continue;
            }

            string name = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(root))}/{Path.GetRelativePath(root, folder)}";
            string text = await ModelText.OfAsync(folder).ConfigureAwait(false);
            hashes[name] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
            file.Write($"== {name}\n{text}");
            models++;
        }
    }
}

File.WriteAllLines($"{args[0]}.hashes", hashes.Select(h => $"{h.Value} {h.Key}"));
Console.WriteLine($"{models} models");
return 0;
