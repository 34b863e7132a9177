using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Inference;

/// <summary>Binds options and states where a value does not fit.</summary>
internal static partial class OptionsReader
{
    /// <summary>Runs a binder.</summary>
    /// <exception cref="ModelConfigurationException">A value cannot be converted; the path is that of its key.</exception>
    public static void Read(IConfigurationSection section, Action bind)
    {
        try
        {
            bind();
        }
        catch (InvalidOperationException exception)
        {
            // The binder names the key and the type in its message only.
            Match match = KeyAndType().Match(exception.Message);
            string path = match.Groups[1].Value;
            throw match.Success && path.StartsWith(section.Path + ":", StringComparison.OrdinalIgnoreCase)
                ? new ModelConfigurationException(path, $"expected a value of type {match.Groups[2].Value}, got '{section[path[(section.Path.Length + 1)..]]}'. Correct the value.", exception)
                : new ModelConfigurationException(section.Path, exception.Message, exception);
        }
    }

    [GeneratedRegex(" at '([^']*)' to type '([^']*)'")]
    private static partial Regex KeyAndType();
}
