using System.Collections;
using System.Reflection;
using Inference.Images;
using Inference.Security;

namespace Inference.Tests.Hosting;

/// <summary>Lists of options are complete: an option that is added is copied, and its change is reported.</summary>
public sealed class ModelOptionsTests
{
    // The registration's, or read at host start alone.
    private static readonly string[] s_notOfTheLoad = [nameof(ModelOptions.Name), nameof(ModelOptions.Version), nameof(ModelOptions.WarmUp), nameof(ModelOptions.LoadInBackground), nameof(ModelOptions.LoadOnDemand)];

    public static TheoryData<string> Options => [.. typeof(ModelOptions).GetProperties().Where(p => p.CanWrite || p.PropertyType.IsAssignableTo(typeof(IEnumerable))).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Options))]
    public void WhatDiffers_EachOption_IsNamed(string name)
    {
        if (s_notOfTheLoad.Contains(name))
        {
            return;
        }

        var changed = new ModelOptions();
        Change(changed, name);
        Assert.Equal(name == nameof(ModelOptions.Path) ? nameof(ModelOptions.Source) : name, new ModelOptions().WhatDiffers(changed));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Clone_EachOption_IsCopied(string name)
    {
        PropertyInfo property = typeof(ModelOptions).GetProperty(name)!;
        if (property.DeclaringType != typeof(ModelLoadOptions))
        {
            return;
        }

        var options = new ModelLoadOptions();
        Change(options, name);
        Assert.Equal(property.GetValue(options), property.GetValue(options.Clone()));
    }

    private static void Change(ModelLoadOptions options, string name)
    {
        PropertyInfo property = options.GetType().GetProperty(name)!;
        object? value = property.GetValue(options) switch
        {
            IList<string> list => Add(list),
            bool flag => !flag,
            int number => number + 1,
            ModelPrecision => ModelPrecision.AllowBFloat16,
            string => "other",
            null when property.PropertyType == typeof(string) => "other",
            null when property.PropertyType == typeof(bool?) => true,
            null when property.PropertyType == typeof(long?) => 1L,
            null when property.PropertyType == typeof(TimeSpan?) => TimeSpan.FromSeconds(1),
            null when property.PropertyType == typeof(ModelSource) => ModelSource.File("other.onnx"),
            null when property.PropertyType == typeof(IImageDecoder) => new NoDecoder(),
            null when property.PropertyType == typeof(IModelKeyProvider) => ModelKeys.FromEnvironment("NONE"),
            null when property.PropertyType == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string> { ["model.onnx"] = "00" },
            ModelLimits => new ModelLimits { MaxNodes = 1 },
            _ => throw new NotSupportedException($"Option {name}: say how a {property.PropertyType} is changed."),
        };
        if (property.CanWrite)
        {
            property.SetValue(options, value);
        }
    }

    private static IList<string> Add(IList<string> list)
    {
        list.Add("other");
        return list;
    }

    private sealed class NoDecoder : IImageDecoder
    {
        public string Formats => "none";

        public DecodedImage Decode(ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken = default) => throw new InferenceException("No image is decoded.");
    }
}
