using Inference.Signatures;

// Run by the build: reads MODEL and writes its signature to OUTPUT, with NAME, the model's path as listed in the project. Errors use the format that MSBuild recognizes.
if (args is not [var model, var name, var output])
{
    Console.Error.WriteLine("usage: Inference.Signatures MODEL NAME OUTPUT");
    return 64;
}

try
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
    File.WriteAllBytes(output, ModelSignature.Of(model).ToJson(name));
    return 0;
}
catch (Exception exception) when (SignatureError.Of(exception) is { } reason)
{
    Console.Error.WriteLine($"{model}: error INF0101: Model '{name}': its signature cannot be read: {reason}");
    return 1;
}
