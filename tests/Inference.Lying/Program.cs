// usage: Inference.Lying N SEED FOLDER...; see eng/lying.sh. With --save INDEX SEED TARGET FOLDER... it writes one case as a folder that `inference verify` reads.
using System.Globalization;
using Inference;
using Inference.Cli.Data;
using Inference.Lying;
using Inference.Lying.Lies;
using Inference.Onnx;

if (args is ["--worker", var engine, var workerSeed, var answers, .. var workerRoots])
{
    return new Worker(new Seeds(workerRoots), Number(workerSeed), answers).Run(engine);
}

if (args is ["--save", var index, var saveSeed, var target, .. var saveRoots])
{
    Save(Liar.Tell(new Seeds(saveRoots), Number(index), Number(saveSeed)), target);
    return 0;
}

if (args is not [var count, var seed, .. { Length: > 0 } roots])
{
    Console.Error.WriteLine("usage: Inference.Lying N SEED FOLDER...: the number of lies, a seed, folders of sound cases.");
    return 64;
}

return await new Judge(new Seeds(roots), Number(count), Number(seed), roots).RunAsync().ConfigureAwait(false);

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static void Save(LyingCase lie, string target)
{
    Console.WriteLine(lie.What);
    Directory.CreateDirectory(Path.Combine(target, "test_data_set_0"));
    File.WriteAllBytes(Path.Combine(target, "model.onnx"), lie.Model);
    using OnnxModel model = OnnxModel.Read(lie.Model);
    for (int i = 0; i < model.Graph.Inputs.Count; i++)
    {
        if (lie.Inputs.TryGetValue(model.Graph.Inputs[i].Name, out ModelValue? value))
        {
            File.WriteAllBytes(Path.Combine(target, "test_data_set_0", $"input_{i}.pb"), ProtobufValues.Write(model.Graph.Inputs[i].Name, value));
        }
    }
}
