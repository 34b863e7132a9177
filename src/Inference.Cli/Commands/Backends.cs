namespace Inference.Cli.Commands;

/// <summary>Providers by the names of the command line.</summary>
internal static class Backends
{
    /// <summary>A loader that runs models on the provider.</summary>
    /// <exception cref="InferenceException">There is no such provider.</exception>
    public static IModelLoader Loader(string name) => name switch
    {
        "cpu" => ModelLoader.Default,
        _ => throw new InferenceException($"--backend: expected 'cpu', got '{name}'."),
    };
}
