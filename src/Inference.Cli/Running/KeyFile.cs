using System.CommandLine;
using Inference.Security;

namespace Inference.Cli.Running;

/// <summary>The key of encrypted models: an option of every command, read once from the command line.</summary>
internal static class KeyFile
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>The option.</summary>
    public static Option<string?> Option { get; } = new("--key-file")
    {
        Description = "File with the key of an encrypted model: 32 bytes, or their hexadecimal digits or base64 text.",
        Recursive = true,
    };

    /// <summary>The file that was given; null for none.</summary>
    public static string? Path { get; private set; }

    /// <summary>Its key; null for none.</summary>
    public static IModelKeyProvider? Provider { get; private set; }

    /// <summary>Takes the option from the command line.</summary>
    public static void Take(ParseResult parsed)
    {
        Path = parsed.GetValue(Option);
        Provider = Path is null ? null : Read(Path);
    }

    /// <summary>The key that a command cannot do without.</summary>
    /// <exception cref="UsageException">None was given.</exception>
    public static IModelKeyProvider Require() => Provider ?? throw new UsageException("--key-file: expected a file with a key, got none. Make one with: openssl rand -base64 32 > model.key");

    /// <summary>A key file. One that others can read is accepted with a warning: scripts and containers mount keys as they can.</summary>
    public static IModelKeyProvider Read(string path)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0)
        {
            Console.Error.WriteLine($"warning: key file '{path}' is open to other users. Run: chmod 600 '{path}'");
        }

        return ModelKeys.FromFile(path, requirePrivate: false);
    }
}
