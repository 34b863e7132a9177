using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Inference.Hosting;

/// <summary>Reads <see cref="ModelOptions"/> from configuration without reflection.</summary>
internal static class ModelOptionsBinding
{
    private static readonly string[] s_known =
    [
        nameof(ModelOptions.Path), nameof(ModelOptions.Providers), nameof(ModelOptions.Threads), nameof(ModelOptions.MaxPlans), nameof(ModelOptions.MaxRunTime),
        nameof(ModelOptions.MaxLoadTime), nameof(ModelOptions.MaxMemoryBytes), nameof(ModelOptions.WarmUp), nameof(ModelOptions.AssertRowIndependent),
        nameof(ModelOptions.VerifyRowIndependence), nameof(ModelOptions.FailOnProviderError),
    ];

    public static void Bind(IConfiguration section, ModelOptions options)
    {
        options.Path = section[nameof(ModelOptions.Path)] ?? options.Path;
        options.Threads = Read(section, nameof(ModelOptions.Threads), options.Threads, s => int.Parse(s, CultureInfo.InvariantCulture));
        options.MaxPlans = Read(section, nameof(ModelOptions.MaxPlans), options.MaxPlans, s => int.Parse(s, CultureInfo.InvariantCulture));
        options.MaxRunTime = Read(section, nameof(ModelOptions.MaxRunTime), options.MaxRunTime, s => TimeSpan.Parse(s, CultureInfo.InvariantCulture));
        options.MaxLoadTime = Read(section, nameof(ModelOptions.MaxLoadTime), options.MaxLoadTime, s => TimeSpan.Parse(s, CultureInfo.InvariantCulture));
        options.MaxMemoryBytes = Read<long?>(section, nameof(ModelOptions.MaxMemoryBytes), options.MaxMemoryBytes, s => long.Parse(s, CultureInfo.InvariantCulture));
        options.WarmUp = Read(section, nameof(ModelOptions.WarmUp), options.WarmUp, bool.Parse);
        options.AssertRowIndependent = Read<bool?>(section, nameof(ModelOptions.AssertRowIndependent), options.AssertRowIndependent, s => bool.Parse(s));
        options.VerifyRowIndependence = Read(section, nameof(ModelOptions.VerifyRowIndependence), options.VerifyRowIndependence, bool.Parse);
        options.FailOnProviderError = Read(section, nameof(ModelOptions.FailOnProviderError), options.FailOnProviderError, bool.Parse);
        foreach (IConfigurationSection provider in section.GetSection(nameof(ModelOptions.Providers)).GetChildren())
        {
            if (provider.Value is { Length: > 0 } name)
            {
                options.Providers.Add(name);
            }
        }
    }

    private static T Read<T>(IConfiguration section, string key, T current, Func<string, T> parse)
    {
        if (section[key] is not { Length: > 0 } text)
        {
            return current;
        }

        try
        {
            return parse(text);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw new InferenceException($"Configuration key '{key}': '{text}' could not be read ({exception.Message}) Known keys: {string.Join(", ", s_known)}.", exception);
        }
    }
}
