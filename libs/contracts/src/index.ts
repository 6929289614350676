export { ERROR_CODES, isErrorCode, type ErrorCode } from './codes.js';
export { countCodePoints } from './text.js';
export {
  HandleSchema,
  IdempotencyKeySchema,
  isUuid,
  normalizeHandle,
  TimestampSchema,
  uuidSchema,
} from './identifiers.js';
export {
  ActivitySchema,
  CreateActivityRequestSchema,
  CreateReplyRequestSchema,
  DEFAULT_TTL,
  MESSAGE_MAX,
  NotificationSchema,
  REPLIES_IN_ACTIVITY,
  REPLIES_IN_LIST,
  REPLY_MAX,
  ReplySchema,
  TTL_SECONDS,
  TTLS,
  type Activity,
  type CreateActivityRequest,
  type CreateReplyRequest,
  type Notification,
  type Reply,
  type Ttl,
} from './activity.js';
export { decodeCursor, encodeCursor, type Position } from './cursor.js';
export {
  LIMIT_DEFAULT,
  LIMIT_MAX,
  SEARCH_TERM_MAX,
  SearchQuerySchema,
  TimelineQuerySchema,
  type SearchQuery,
  type TimelineQuery,
} from './queries.js';
export { DEMO_USER_UUID, UserProfileSchema, type UserProfile } from './user-profile.js';
export {
  ActivityNotFoundError,
  HandleUnknownError,
  IdempotencyKeyReusedError,
  InvalidInputError,
  MalformedRequestError,
  PROBLEM_MEDIA_TYPE,
  ProblemError,
  ProblemSchema,
  UserUnknownError,
  type Problem,
  type ProblemOptions,
} from './problem.js';
export { errorCodesOf, parseInput, toInvalidInputError, type ValidationIssue } from './validation.js';
export {
  ActivityPageSchema,
  CreateActivityCommandSchema,
  CreateReplyCommandSchema,
  NotificationPageSchema,
  PROFILES_MAX,
  ProfilesRequestSchema,
  ProfilesSchema,
  userActivitiesApi,
  type ActivityPage,
  type CreateActivityCommand,
  type CreateReplyCommand,
  type NotificationPage,
  type Profiles,
  type ProfilesRequest,
} from './user-activities-api.js';
export { homeActivitiesApi, HomeTimelinePageSchema, type HomeTimelinePage } from './home-activities-api.js';
