using System.Buffers;
using System.Runtime.InteropServices;
using Inference.Providers;
using Microsoft.ML.OnnxRuntime;
using PackageOptimizationLevel = Microsoft.ML.OnnxRuntime.GraphOptimizationLevel;

namespace Inference.OnnxRuntime.Native;

/// <summary>Makes the package's sessions from graphs and <see cref="OnnxRuntimeOptions"/>.</summary>
internal static class SessionFactory
{
    private const string ExternalDataFolder = "session.model_external_initializers_file_folder_path";
    private const string IntraOpSpinning = "session.intra_op.allow_spinning";
    private const string InterOpSpinning = "session.inter_op.allow_spinning";
    private const string ProviderSuffix = "ExecutionProvider";

    // The library silently accepts any key; a key outside the known families is probably a typo.
    private static readonly string[] s_configFamilies = ["session.", "optimization.", "ep.", "ep_factory.", "memory.", "mlas.", "model."];

    // Session options that make ONNX Runtime write models: the optimized one, its weights, and compiled parts.
    private static readonly string[] s_filesOfModels = ["session.optimized_model_", "ep.context_"];

    /// <summary>Makes a session. The environment was entered for it.</summary>
    /// <param name="library">The library.</param>
    /// <param name="graph">The graph; a model file is read by ONNX Runtime itself.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not know an option or a provider, or rejects the model.</exception>
    public static InferenceSession Open(OrtLibrary library, GraphView graph, OnnxRuntimeOptions options)
    {
        string where = $"Model '{graph.ModelName}'";
        try
        {
            RequireNoFiles(graph, options, where);
            using var session = new SessionOptions();
            Apply(session, library, options, where);
            if (graph.IsWholeModel && graph.SourcePath is { } path)
            {
                return new InferenceSession(path, session);
            }

            if (graph.IsWholeModel && graph.ExternalDataDirectory is { } folder)
            {
                session.AddSessionConfigEntry(ExternalDataFolder, Path.GetFullPath(folder));
            }

            return new InferenceSession(BytesOf(graph), session);
        }
        catch (Exception exception) when (PackageErrors.IsReported(exception))
        {
            OnnxRuntimeException error = PackageErrors.Translate(exception, where);
            throw new OnnxRuntimeException(error.Message, exception)
            {
                Code = error.Code,
                NativeMessage = error.NativeMessage,
                UnsupportedOperators = UnsupportedOperators.Of(error.NativeMessage),
            };
        }
    }

    // A model that is encrypted at rest would be on disk as it is.
    private static void RequireNoFiles(GraphView graph, OnnxRuntimeOptions options, string where)
    {
        if (!graph.IsEncrypted)
        {
            return;
        }

        string? option = options.OptimizedModelPath is not null ? nameof(OnnxRuntimeOptions.OptimizedModelPath) : options.SessionConfig.Keys.FirstOrDefault(static key => s_filesOfModels.Any(start => key.StartsWith(start, StringComparison.Ordinal)));
        if (option is not null)
        {
            throw new OnnxRuntimeException(
                $"{where}: the model is encrypted, and with '{option}' ONNX Runtime would write it to a file as plain text. Remove the option, or decrypt the model if it may be on disk.") { Code = OnnxRuntimeErrorCode.InvalidArgument };
        }
    }

    private static byte[] BytesOf(GraphView graph)
    {
        var model = new ArrayBufferWriter<byte>();
        graph.WriteModel(model);
        return MemoryMarshal.TryGetArray(model.WrittenMemory, out ArraySegment<byte> array) && array.Offset == 0 && array.Count == array.Array!.Length
            ? array.Array
            : model.WrittenSpan.ToArray();
    }

    private static void Apply(SessionOptions session, OrtLibrary library, OnnxRuntimeOptions options, string where)
    {
        session.LogSeverityLevel = (OrtLoggingLevel)options.LogLevel;
        session.GraphOptimizationLevel = (PackageOptimizationLevel)options.GraphOptimization;
        session.EnableCpuMemArena = options.EnableCpuMemoryArena;
        session.EnableMemoryPattern = options.EnableMemoryPattern;
        if (options.OptimizedModelPath is { } path)
        {
            session.OptimizedModelFilePath = path;
        }

        ApplyThreads(session, options);
        foreach ((string name, long size) in options.FreeDimensions)
        {
            session.AddFreeDimensionOverrideByName(name, size);
        }

        foreach ((string key, string value) in options.SessionConfig)
        {
            if (!s_configFamilies.Any(family => key.StartsWith(family, StringComparison.Ordinal)))
            {
                throw new OnnxRuntimeException(
                    $"{where}: the session option '{key}' is unknown to ONNX Runtime; expected a key that begins with {string.Join(", ", s_configFamilies)}. "
                    + "See onnxruntime_session_options_config_keys.h.") { Code = OnnxRuntimeErrorCode.InvalidArgument };
            }

            session.AddSessionConfigEntry(key, value);
        }

        foreach (OnnxRuntimeExecutionProvider provider in options.ExecutionProviders)
        {
            AppendProvider(session, library, provider, where);
        }
    }

    private static void ApplyThreads(SessionOptions session, OnnxRuntimeOptions options)
    {
        if (options.GlobalThreadPool is not null)
        {
            session.DisablePerSessionThreads();
        }
        else
        {
            session.IntraOpNumThreads = options.IntraOpThreads ?? 0;
            session.InterOpNumThreads = options.InterOpThreads ?? 0;
        }

        if (options.InterOpThreads is > 1)
        {
            session.ExecutionMode = ExecutionMode.ORT_PARALLEL;
        }

        if (!options.AllowSpinning)
        {
            session.AddSessionConfigEntry(IntraOpSpinning, "0");
            session.AddSessionConfigEntry(InterOpSpinning, "0");
        }
    }

    private static void AppendProvider(SessionOptions session, OrtLibrary library, OnnxRuntimeExecutionProvider provider, string where)
    {
        string shortName = provider.Name.EndsWith(ProviderSuffix, StringComparison.Ordinal) ? provider.Name[..^ProviderSuffix.Length] : provider.Name;
        if (shortName == "CPU")
        {
            return;
        }

        string[] available = OrtEnv.Instance().GetAvailableProviders();
        if (!available.Any(known => string.Equals(known, shortName + ProviderSuffix, StringComparison.OrdinalIgnoreCase)))
        {
            throw new OnnxRuntimeException(
                $"{where}: the execution provider '{provider.Name}' is not in '{library.Path}' (ONNX Runtime {library.Version}), which has: "
                + $"{string.Join(", ", available)}. Use a build of ONNX Runtime that has it, or remove it from ExecutionProviders.") { Code = OnnxRuntimeErrorCode.NotFound };
        }

        session.AppendExecutionProvider(shortName, new Dictionary<string, string>(provider.Options, StringComparer.Ordinal));
    }
}
