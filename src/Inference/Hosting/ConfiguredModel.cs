using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting;

/// <summary>Registers a model from its section of the configuration.</summary>
internal static class ConfiguredModel
{
    private const string Stages = "Stages";
    private const string PerVersion = "PerVersion";

    /// <summary>The keys of <see cref="ModelOptions"/> that a configuration can set.</summary>
    internal static readonly OptionKeys Keys = OptionKeys.Of(
            nameof(ModelOptions.Path), nameof(ModelOptions.WarmUp), nameof(ModelOptions.LoadInBackground), nameof(ModelOptions.LoadOnDemand), nameof(ModelOptions.Threads), nameof(ModelOptions.Precision), nameof(ModelOptions.AssertRowIndependent),
            nameof(ModelOptions.VerifyRowIndependence), nameof(ModelOptions.FailOnProviderError), nameof(ModelOptions.MaxPlans), nameof(ModelOptions.MaxRunTime), nameof(ModelOptions.MaxLoadTime),
            nameof(ModelOptions.MaxMemoryBytes), nameof(ModelOptions.MapFiles), nameof(ModelOptions.KeyFile), nameof(ModelOptions.KeyEnvironmentVariable))
        .With(nameof(ModelOptions.Providers), OptionKeys.ListOf(OptionKeys.Value))
        .With(nameof(ModelOptions.Limits), OptionKeys.Of(
            nameof(ModelLimits.MaxFileBytes), nameof(ModelLimits.MaxExternalFileBytes), nameof(ModelLimits.MaxNodes), nameof(ModelLimits.MaxNestingDepth), nameof(ModelLimits.MaxNameBytes), nameof(ModelLimits.MaxTextBytes),
            nameof(ModelLimits.MaxExpandedBytes), nameof(ModelLimits.MaxValueBytes), nameof(ModelLimits.MaxGrowth), nameof(ModelLimits.MaxLoopTrips), nameof(ModelLimits.AllowHardLinks)));

    private static readonly OptionKeys s_keysWithStages = Keys.With(Stages, OptionKeys.Value).With(PerVersion, OptionKeys.Value);

    /// <summary>Registers a model with its stages.</summary>
    /// <exception cref="ModelConfigurationException">The section is not valid.</exception>
    public static void Add(IServiceCollection services, IConfigurationSection section, PipelineStageBinding[] known)
    {
        if (section.Value is { Length: > 0 } value)
        {
            throw new ModelConfigurationException(section.Path, $"expected an object with the options of a model, got the value '{value}'. Write {{ \"Path\": \"{value}\" }}.");
        }

        (PipelineStageBinding Binding, IConfigurationSection Section)[] outer = List(section.GetSection(Stages), known), inner = List(section.GetSection(PerVersion), known);
        CheckOrder(outer, inner);
        string registered = Describe(section);
        IModelBuilder builder = Bind(services, section.Key, section, now =>
        {
            foreach (IConfigurationSection child in now.GetChildren())
            {
                // The entries of the lists are checked by the stages themselves.
                (s_keysWithStages[child.Key] ?? throw s_keysWithStages.Unknown(child)).CheckUnless(IsStageList(child), child);
            }

            if (Describe(now) is { } current && current != registered)
            {
                throw new ModelConfigurationException(now.Path, $"the stages changed from {registered} to {current}. Restart the process to change the stages.");
            }
        });
        foreach ((PipelineStageBinding binding, IConfigurationSection stage) in outer)
        {
            binding.Add(builder, services, stage);
        }

        builder.PerVersion(version =>
        {
            foreach ((PipelineStageBinding binding, IConfigurationSection stage) in inner)
            {
                binding.Add(version, services, stage);
            }
        });
    }

    /// <summary>Registers a model and binds its options.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="section">The section.</param>
    /// <param name="check">Checks the section: now, and whenever the configuration changes.</param>
    public static IModelBuilder Bind(IServiceCollection services, string name, IConfigurationSection section, Action<IConfigurationSection> check)
    {
        Read(section, new ModelOptions(), check);
        IModelBuilder builder = services.AddModel(name);
        services.AddOptions<ModelOptions>(name).Configure(options => Read(section, options, check));
        services.AddSingleton<IOptionsChangeTokenSource<ModelOptions>>(new ConfigurationChangeTokenSource<ModelOptions>(name, section));
        services.AddSingleton(new ConfiguredModelName(name));
        return builder;
    }

    /// <summary>Checks a section that may also hold the options of stages, in sections of its own.</summary>
    public static void CheckOwnKeys(IConfigurationSection section)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (Keys[child.Key] is { } keys)
            {
                keys.Check(child);
            }
            else if (Keys.IsMisspelt(child.Key) || !child.GetChildren().Any())
            {
                throw Keys.Unknown(child);
            }
        }
    }

    private static void Read(IConfigurationSection section, ModelOptions options, Action<IConfigurationSection> check)
    {
        check(section);
        OptionsReader.Read(section, () => section.Bind(options));
        if (options.KeysGivenTwice is { } twice && section[twice.Second] is not null)
        {
            throw new ModelConfigurationException($"{section.Path}:{twice.Second}", $"expected one key, got {twice.First} too. Remove one.");
        }
    }

    private static bool IsStageList(IConfigurationSection child) =>
        child.Key.Equals(Stages, StringComparison.OrdinalIgnoreCase) || child.Key.Equals(PerVersion, StringComparison.OrdinalIgnoreCase);

    private static void CheckUnless(this OptionKeys keys, bool isStageList, IConfigurationSection child)
    {
        if (!isStageList)
        {
            keys.Check(child);
        }
    }

    private static (PipelineStageBinding Binding, IConfigurationSection Section)[] List(IConfigurationSection list, PipelineStageBinding[] known)
    {
        if (list.Value is { Length: > 0 } value)
        {
            throw new ModelConfigurationException(list.Path, $"expected a list of stages, got the value '{value}'. Write [ {{ \"Use\": \"{value}\" }} ].");
        }

        return [.. list.GetChildren().Select(entry => (Find(entry, known), entry))];
    }

    private static PipelineStageBinding Find(IConfigurationSection entry, PipelineStageBinding[] known)
    {
        string[] names = [.. known.Select(b => b.Name).Order(StringComparer.Ordinal)];
        if (entry[PipelineStageBinding.UseKey] is not { Length: > 0 } use)
        {
            throw new ModelConfigurationException(entry.Path, $"expected an object with the key 'Use', got {(entry.Value is { Length: > 0 } value ? $"the value '{value}'" : "none")}. Name a stage: {string.Join(", ", names)}.");
        }

        return Array.Find(known, b => b.Name.Equals(use, StringComparison.OrdinalIgnoreCase)) ?? throw new ModelConfigurationException(
            $"{entry.Path}:{PipelineStageBinding.UseKey}",
            $"expected the name of a stage, got '{use}'. {(NearestName.Among(names, use) is { } nearest ? $"Did you mean '{nearest}'?" : $"Known are {string.Join(", ", names)}; for others, reference their package, or pass their binding to AddModels.")}");
    }

    private static void CheckOrder((PipelineStageBinding Binding, IConfigurationSection Section)[] outer, (PipelineStageBinding Binding, IConfigurationSection Section)[] inner)
    {
        var used = new Dictionary<PipelineStageBinding, string>();
        (PipelineStageBinding Binding, IConfigurationSection Section)? last = null;
        bool isVersioned = false;
        foreach ((PipelineStageBinding binding, IConfigurationSection section) in outer.Concat(inner))
        {
            bool isInner = used.Count >= outer.Length;
            if (isVersioned && !isInner)
            {
                throw new ModelConfigurationException(section.Path, $"{binding.Name} was listed after Versioning, which must be the last of Stages. Move it before Versioning, or into PerVersion.");
            }

            if (isInner && !binding.AllowedPerVersion)
            {
                throw new ModelConfigurationException(section.Path, $"{binding.Name} was listed in PerVersion, but must wrap all versions. Move it to Stages.");
            }

            if (!used.TryAdd(binding, section.Path))
            {
                throw new ModelConfigurationException(section.Path, $"{binding.Name} was listed before, at {used[binding]}; expected it once, because its options belong to the model. Remove one.");
            }

            if (binding.Stage.Order is { } order)
            {
                if (order < last?.Binding.Stage.Order)
                {
                    throw new ModelConfigurationException(section.Path,
                        $"{last.Value.Binding.Name} was listed outside {binding.Name}, at {last.Value.Section.Path}, but must be inside it: {last.Value.Binding.Stage.Reason} The first stage listed is the outermost{(binding.Stage == PipelineStage.Versioning ? "; list it in PerVersion" : "")}.");
                }

                last = (binding, section);
            }

            isVersioned |= binding.Stage == PipelineStage.Versioning;
        }
    }

    private static string Describe(IConfigurationSection section)
    {
        return $"{Names(Stages)} and per version {Names(PerVersion)}";

        string Names(string list) => $"[{string.Join(", ", section.GetSection(list).GetChildren().Select(e => (e[PipelineStageBinding.UseKey] ?? "").ToUpperInvariant()))}]";
    }
}
