using System.CommandLine;
using Inference.Cli.Running;
using Inference.Versioning;

namespace Inference.Cli.Repositories;

/// <summary>What the commands on a repository share: the model, who decides and why, and how their errors are told.</summary>
internal sealed class RepositoryTarget
{
    /// <summary>The model's folder in the repository.</summary>
    public Argument<string> Model { get; } = new("REPOSITORY/NAME") { Description = "The model's folder, which has a folder for each version." };

    /// <summary>Why.</summary>
    public Option<string> Reason { get; } = new("--reason") { Description = "Why; recorded in the log of decisions.", Required = true };

    /// <summary>Who.</summary>
    public Option<string> Actor { get; } = new("--actor") { Description = "Who; recorded in the log of decisions. Default: the user's name.", DefaultValueFactory = static _ => Environment.UserName };

    /// <summary>The provider that loads the version.</summary>
    public Option<string> Backend { get; } = new("--backend") { Description = "Provider that loads the version for its gates: cpu or onnxruntime.", DefaultValueFactory = static _ => Backends.Cpu };

    /// <summary>ONNX Runtime's native library.</summary>
    public Option<string?> Library { get; } = Backends.LibraryOption();

    /// <summary>Whether errors come with their stack trace.</summary>
    public Option<bool> Verbose { get; } = CommandRunner.Verbose();

    /// <summary>Opens the repository.</summary>
    /// <exception cref="UsageException">The argument names no folder of a model.</exception>
    public RepositoryEditor Open(ParseResult result, VersioningOptions? options = null)
    {
        string path = result.GetValue(Model)!;
        string last = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (last is "" or "." or "..")
        {
            throw new UsageException($"REPOSITORY/NAME: expected a path that ends with the model's name, got '{path}'.");
        }

        return ModelRepository.Edit(path, Backends.Loader(result.GetValue(Backend) ?? Backends.Cpu, result.GetValue(Library)), new ModelRepositoryOptions { Versioning = options ?? new VersioningOptions() });
    }

    /// <summary>Runs the body of a command.</summary>
    public Task<int> RunAsync(ParseResult result, Func<Task<int>> body) => CommandRunner.RunAsync(result.GetValue(Verbose), async () =>
    {
        try
        {
            return await body().ConfigureAwait(false);
        }
        catch (ArgumentException exception)
        {
            // Without the name of a parameter, which is not an option's.
            int end = exception.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
            throw new UsageException(end < 0 ? exception.Message : exception.Message[..end]);
        }
        catch (VersionRefusedException exception) when (exception.InnerException is UnsupportedModelException)
        {
            throw new UnsupportedModelException(exception.Message);
        }
    });
}
