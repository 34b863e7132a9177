namespace Inference.OnnxRuntime.Native;

/// <summary>Turns <see cref="OnnxRuntimeOptions"/> into the C API's session options.</summary>
internal static unsafe class SessionOptionsBuilder
{
    private const string ExternalDataFolder = "session.model_external_initializers_file_folder_path";
    private const string IntraOpSpinning = "session.intra_op.allow_spinning";
    private const string InterOpSpinning = "session.inter_op.allow_spinning";

    // The library takes any key without a word; a key of no known family is a slip.
    private static readonly string[] s_configFamilies = ["session.", "optimization.", "ep.", "ep_factory.", "memory.", "mlas.", "model."];

    /// <summary>Makes <c>OrtSessionOptions*</c>; the caller releases it.</summary>
    /// <param name="api">The library.</param>
    /// <param name="options">The options.</param>
    /// <param name="externalDataFolder">Where external data of a model in memory is; null for none.</param>
    /// <param name="where">What to begin messages with.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not know an option or a provider.</exception>
    public static nint Build(OrtApi api, OnnxRuntimeOptions options, string? externalDataFolder, string where)
    {
        nint handle;
        api.Check(api.CreateSessionOptions(&handle));
        try
        {
            Apply(api, handle, options, where);
            if (externalDataFolder is not null)
            {
                AddConfig(api, handle, ExternalDataFolder, Path.GetFullPath(externalDataFolder), where);
            }

            return handle;
        }
        catch
        {
            api.ReleaseSessionOptions(handle);
            throw;
        }
    }

    private static void Apply(OrtApi api, nint handle, OnnxRuntimeOptions options, string where)
    {
        api.Check(api.SetSessionLogSeverityLevel(handle, (int)options.LogLevel), where);
        api.Check(api.SetSessionGraphOptimizationLevel(handle, (int)options.GraphOptimization), where);
        if (options.OptimizedModelPath is { } path)
        {
            SetOptimizedModelPath(api, handle, path, where);
        }

        if (options.GlobalThreadPool is not null)
        {
            api.Check(api.DisablePerSessionThreads(handle), where);
        }
        else
        {
            if (options.IntraOpThreads is { } intra)
            {
                api.Check(api.SetIntraOpNumThreads(handle, intra), where);
            }

            if (options.InterOpThreads is { } inter)
            {
                api.Check(api.SetInterOpNumThreads(handle, inter), where);
            }
        }

        if (options.InterOpThreads is > 1)
        {
            api.Check(api.SetSessionExecutionMode(handle, 1), where);
        }

        if (!options.AllowSpinning)
        {
            AddConfig(api, handle, IntraOpSpinning, "0", where);
            AddConfig(api, handle, InterOpSpinning, "0", where);
        }

        if (!options.EnableCpuMemoryArena)
        {
            api.Check(api.DisableCpuMemArena(handle), where);
        }

        if (!options.EnableMemoryPattern)
        {
            api.Check(api.DisableMemPattern(handle), where);
        }

        foreach ((string name, long size) in options.FreeDimensions)
        {
            fixed (byte* namePointer = OrtApi.Utf8(name))
            {
                api.Check(api.AddFreeDimensionOverrideByName(handle, namePointer, size), $"{where}, free dimension '{name}'");
            }
        }

        foreach ((string key, string value) in options.SessionConfig)
        {
            if (!s_configFamilies.Any(family => key.StartsWith(family, StringComparison.Ordinal)))
            {
                throw new OnnxRuntimeException(OnnxRuntimeErrorCode.InvalidArgument,
                    $"{where}: the session option '{key}' is not one of ONNX Runtime's, expected a key that begins with {string.Join(", ", s_configFamilies)}. "
                    + "See onnxruntime_session_options_config_keys.h.");
            }

            AddConfig(api, handle, key, value, where);
        }

        foreach (OnnxRuntimeExecutionProvider provider in options.ExecutionProviders)
        {
            AppendProvider(api, handle, provider, where);
        }
    }

    // ORTCHAR_T: UTF-16 on Windows, bytes elsewhere.
    private static void SetOptimizedModelPath(OrtApi api, nint handle, string path, string where)
    {
        if (OperatingSystem.IsWindows())
        {
            fixed (char* text = path)
            {
                api.Check(api.SetOptimizedModelFilePath(handle, text), where);
            }
        }
        else
        {
            fixed (byte* text = OrtApi.Utf8(path))
            {
                api.Check(api.SetOptimizedModelFilePath(handle, text), where);
            }
        }
    }

    private static void AddConfig(OrtApi api, nint handle, string key, string value, string where)
    {
        fixed (byte* keyPointer = OrtApi.Utf8(key))
        fixed (byte* valuePointer = OrtApi.Utf8(value))
        {
            api.Check(api.AddSessionConfigEntry(handle, keyPointer, valuePointer), $"{where}, session option '{key}' = '{value}'");
        }
    }

    private static void AppendProvider(OrtApi api, nint handle, OnnxRuntimeExecutionProvider provider, string where)
    {
        const string Suffix = "ExecutionProvider";
        string shortName = provider.Name.EndsWith(Suffix, StringComparison.Ordinal) ? provider.Name[..^Suffix.Length] : provider.Name;
        if (shortName == "CPU")
        {
            return;
        }

        IReadOnlyList<string> available = OnnxRuntimeLibrary.ProvidersOf(api);
        if (!available.Any(known => string.Equals(known, shortName + Suffix, StringComparison.OrdinalIgnoreCase)))
        {
            throw new OnnxRuntimeException(OnnxRuntimeErrorCode.NotFound,
                $"{where}: the execution provider '{provider.Name}' is not in '{api.LibraryPath}' (ONNX Runtime {api.LibraryVersion}), which has: "
                + $"{string.Join(", ", available)}. Use a build of ONNX Runtime that has it, or remove it from ExecutionProviders.");
        }

        byte[][] texts = [.. provider.Options.SelectMany(static option => new[] { OrtApi.Utf8(option.Key), OrtApi.Utf8(option.Value) })];
        int count = texts.Length / 2;
        using var pinned = new PinnedStrings(texts);
        var keys = stackalloc byte*[count + 1];
        var values = stackalloc byte*[count + 1];
        for (int i = 0; i < count; i++)
        {
            keys[i] = pinned[2 * i];
            values[i] = pinned[(2 * i) + 1];
        }

        fixed (byte* name = OrtApi.Utf8(shortName))
        {
            api.Check(api.SessionOptionsAppendExecutionProvider(handle, name, keys, values, (nuint)count), $"{where}, execution provider '{provider.Name}'");
        }
    }
}
