import { releaseDocuments } from './api/released-documents.ts';

releaseDocuments();
