using System.Text.Json;
using Inference.Optimization.Records;

namespace Inference.Optimization.Search;

/// <summary>The results of a search on disk, replaced atomically after each candidate.</summary>
internal sealed class SearchState
{
    private readonly string? _path;

    private SearchState(string? path, List<CandidateRecord> results)
    {
        _path = path;
        Results = results;
    }

    public List<CandidateRecord> Results { get; }

    /// <param name="path">The file; null to store nothing.</param>
    /// <param name="key">What the search was asked, see <see cref="SearchQuestion"/>; results of another search are ignored.</param>
    public static SearchState Open(string? path, string key)
    {
        string? full = path is null ? null : $"{path}.{key[..16]}";
        if (full is null || !File.Exists(full))
        {
            return new SearchState(full, []);
        }

        try
        {
            return new SearchState(full, JsonSerializer.Deserialize(File.ReadAllText(full), RecordJson.Default.ListCandidateRecord) ?? []);
        }
        catch (JsonException)
        {
            // An unreadable state costs time, not correctness: the candidates are tried again.
            return new SearchState(full, []);
        }
    }

    public void Add(CandidateRecord result)
    {
        Results.Add(result);
        if (_path is not null)
        {
            string temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
            try
            {
                File.WriteAllText(temporary, JsonSerializer.Serialize(Results, RecordJson.Default.ListCandidateRecord));
                File.Move(temporary, _path, overwrite: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Without space for the state the search continues; only an interrupted one restarts.
                if (File.Exists(temporary))
                {
                    File.Delete(temporary);
                }
            }
        }
    }

    public void Delete()
    {
        if (_path is not null)
        {
            File.Delete(_path);
        }
    }
}
