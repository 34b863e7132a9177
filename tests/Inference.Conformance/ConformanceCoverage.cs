using System.Reflection;

namespace Inference.Conformance;

/// <summary>Checks that a test assembly derives every suite for every provider it tests.</summary>
public static class ConformanceCoverage
{
    /// <summary>The suites of this package.</summary>
    public static IReadOnlyList<Type> Suites { get; } =
    [
        .. typeof(ConformanceCoverage).Assembly.GetExportedTypes()
            .Where(static type => type.IsAbstract && type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(ProviderSuite<>)),
    ];

    /// <summary>Fails unless each provider under test in the assembly has a public class derived from each suite, and there is a provider at all.</summary>
    public static void RequireAll(Assembly testAssembly)
    {
        ArgumentNullException.ThrowIfNull(testAssembly);
        Type[] types = [.. testAssembly.GetTypes().Where(static type => type is { IsAbstract: false, IsClass: true })];
        Type[] providers = [.. types.Where(static type => type.IsAssignableTo(typeof(IProviderUnderTest)))];
        Assert.True(providers.Length > 0, $"{testAssembly.GetName().Name} has no class that implements {nameof(IProviderUnderTest)}.");
        string[] missing =
        [
            .. from provider in providers
               from suite in Suites
               where !types.Any(type => type.IsVisible && type.IsSubclassOf(suite.MakeGenericType(provider)))
               select $"public class {provider.Name}{suite.Name[..suite.Name.IndexOf('`')]} : {suite.Name[..suite.Name.IndexOf('`')]}<{provider.Name}>;",
        ];
        Assert.True(missing.Length == 0, $"These suites are not derived. Add:\n{string.Join('\n', missing)}");
    }

    internal static IProviderUnderTest? ProviderOf(Type? suite)
    {
        for (Type? type = suite; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ProviderSuite<>))
            {
                return (IProviderUnderTest?)Activator.CreateInstance(type.GetGenericArguments()[0]);
            }
        }

        return null;
    }
}
