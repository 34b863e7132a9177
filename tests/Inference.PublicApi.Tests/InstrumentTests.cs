using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Inference.Diagnostics;
using TestData = Inference.TestSupport.TestData;

namespace Inference.PublicApi.Tests;

/// <summary>docs/telemetry.md lists the instruments there are: no more, no fewer, with their kinds and units.</summary>
public sealed partial class InstrumentTests
{
    [Fact]
    public void Instruments_AreThoseDocumented()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == InferenceDiagnostics.MeterName)
                {
                    lock (found)
                    {
                        found.Add($"{instrument.Name} | {instrument.GetType().Name.Split('`')[0]} | {instrument.Unit}");
                    }
                }
            },
        };
        listener.Start();
        foreach (string name in (string[])["Inference", "Inference.Batching", "Inference.Caching", "Inference.Monitoring", "Inference.OnnxRuntime", "Inference.Optimization", "Inference.Sequences", "Inference.Versioning"])
        {
            Create(Assembly.Load(name));
        }

        string text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot!, "docs", "telemetry.md"));
        var documented = new SortedSet<string>(Row().Matches(text).Select(m => $"{m.Groups[1].Value} | {m.Groups[2].Value} | {m.Groups[3].Value}"), StringComparer.Ordinal);
        lock (found)
        {
            Assert.Equal(found, documented);
        }
    }

    // Instruments are static, or made by a class that holds them: static ones come with the class, the others with an object of it.
    private static void Create(Assembly assembly)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
        foreach (Type type in assembly.GetTypes().Where(t => !t.ContainsGenericParameters))
        {
            FieldInfo[] instruments = [.. type.GetFields(all).Where(f => typeof(Instrument).IsAssignableFrom(f.FieldType))];
            if (instruments.Any(f => f.IsStatic))
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
            else if (instruments.Length > 0)
            {
                ConstructorInfo constructor = type.GetConstructors(all).First(c => !c.IsStatic);
                try
                {
                    constructor.Invoke([.. constructor.GetParameters().Select(p => p.ParameterType == typeof(string) ? "test"
                        : p.ParameterType == typeof(Meter) ? new Meter(InferenceDiagnostics.MeterName) : (object?)null)]);
                }
                catch (TargetInvocationException)
                {
                    // The instruments made until something else was missing are published.
                }
            }
        }
    }

    [GeneratedRegex(@"^\| `(inference\.[a-z._]+)` \| (\w+) \| `([^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
